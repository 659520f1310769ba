/**
 * What a cashier changes in an order while it is on its way to the server. The answer, which knows
 * nothing of it, takes the place of what the page has.
 */
export class ChangesMeanwhile {
    /** @param {Object} order as it is sent */
    constructor(order) {
        this.order = order;
        this.sent = this._read();
        this.changed = new Map();
        /** Uuids of payment lines that were removed. */
        this.removed = [];
    }

    /** The answer is here and is about to be taken over. */
    note() {
        const now = this._read();
        this.changed = new Map([...now].filter(([key, value]) => this.sent.get(key) !== value));
        this.removed = [...this.sent.keys()].filter((key) => !now.has(key));
    }

    /** Change it once more in what the server has sent. */
    apply() {
        this.order.payment_ids
            .filter((line) => this.removed.includes(line.uuid))
            .forEach((line) => this.order.removePaymentline(line));
        for (const [key, value] of this.changed) {
            if (key === "partner_id" || key === "to_invoice") {
                this.order.update({ [key]: value });
            } else {
                this.order.payment_ids.find((line) => line.uuid === key)?.setAmount(value);
            }
        }
    }

    /** @returns {Map<string, any>} amounts of the payment lines, by uuid, and fields of the order */
    _read() {
        const { partner_id, to_invoice, payment_ids } = this.order;
        return new Map([
            ["partner_id", partner_id],
            ["to_invoice", to_invoice],
            ...payment_ids.map((line) => [line.uuid, line.amount]),
        ]);
    }
}
