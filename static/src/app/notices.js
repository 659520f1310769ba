/**
 * Notices about orders and payments, each shown only as long as it is true. Without Odoo: it is given
 * the function that shows a notice, and is told when to check them.
 */
export class Notices {
    /** @param {(message: string, options: Object) => Function} show returns what closes the notice */
    constructor(show) {
        this._show = show;
        /** @type {Set<{isTrue: Function, close: Function}>} */
        this._open = new Set();
    }

    /**
     * Show a notice until the cashier closes it, or it is not true any more.
     *
     * @param {string} message
     * @param {Object} options of the notice
     * @param {() => boolean} isTrue whether the notice still applies
     */
    add(message, options, isTrue = () => true) {
        const notice = { isTrue };
        this._open.add(notice);
        notice.close = this._show(message, {
            ...options,
            sticky: true,
            onClose: () => this._open.delete(notice),
        });
    }

    /** Close the notices that are not true any more. */
    closeOutdated() {
        for (const notice of [...this._open]) {
            if (!notice.isTrue()) {
                this._open.delete(notice);
                notice.close();
            }
        }
    }
}
