/**
 * The edits that a cashier makes in an order while it is being saved. The answer of the server does
 * not contain them, and replaces the records of the page.
 */
export class UnsyncedEdits {
    /** @param {Object} order as it is sent */
    constructor(order) {
        this.order = order;
        this.sent = this._read();
        this.changed = new Map();
        /** Uuids of payment lines that were removed. */
        this.removed = [];
    }

    /** Record the edits, right before the answer of the server replaces the records. */
    record() {
        const now = this._read();
        this.changed = new Map([...now].filter(([key, value]) => this.sent.get(key) !== value));
        this.removed = [...this.sent.keys()].filter((key) => !now.has(key));
    }

    /** Make the recorded edits again, after the answer has replaced the records. */
    reapply() {
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
