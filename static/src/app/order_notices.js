/**
 * What the till tells about orders, as long as it is true. Without Odoo: it is given what shows a
 * notice, and is asked to look again whenever something has happened to an order.
 */
export class OrderNotices {
    /** @param {(message: string, options: Object) => Function} add shows; returns what closes it */
    constructor(add) {
        this._add = add;
        /** @type {Set<{order: Object, isTrue: Function, close: Function}>} */
        this._notices = new Set();
    }

    /**
     * @param {Object} order
     * @param {string} message
     * @param {Object} options of the notice
     * @param {(order: Object) => boolean} isTrue whether the notice still tells the cashier something
     */
    tell(order, message, options, isTrue) {
        const notice = { order, isTrue };
        notice.close = this._add(message, {
            ...options,
            onClose: () => this._notices.delete(notice),
        });
        this._notices.add(notice);
    }

    /** Take away what is not true any more. */
    review() {
        for (const notice of [...this._notices]) {
            if (!notice.isTrue(notice.order)) {
                this._notices.delete(notice);
                notice.close();
            }
        }
    }
}
