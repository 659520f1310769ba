/**
 * What the till tells about orders and payments, as long as it is true. Without Odoo: it is given what
 * shows a notice, and is asked to look again whenever something has happened.
 */
export class Notices {
    /** @param {(message: string, options: Object) => Function} add shows; returns what closes it */
    constructor(add) {
        this._add = add;
        /** @type {Set<{isTrue: Function, close: Function}>} */
        this._notices = new Set();
    }

    /**
     * Tell something until the cashier closes it, or it is not true any more.
     *
     * @param {string} message
     * @param {Object} options of the notice
     * @param {() => boolean} isTrue whether the notice still tells the cashier something
     */
    tell(message, options, isTrue = () => true) {
        const notice = { isTrue };
        this._notices.add(notice);
        notice.close = this._add(message, {
            ...options,
            sticky: true,
            onClose: () => this._notices.delete(notice),
        });
    }

    /** Take away what is not true any more. */
    review() {
        for (const notice of [...this._notices]) {
            if (!notice.isTrue()) {
                this._notices.delete(notice);
                notice.close();
            }
        }
    }
}
