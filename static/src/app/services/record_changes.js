/** Looks at flows and notices again whenever an order, its lines or a payment have changed. */
export class RecordChanges {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        this._isPlanned = false;
    }

    /** Begin to listen, once the models are loaded. */
    listen() {
        for (const event of ["create", "update", "delete"]) {
            for (const model of ["pos.order", "pos.order.line", "pos.payment"]) {
                this.pos.models[model].addEventListener(event, () => this.plan());
            }
        }
    }

    /**
     * Check once the present change is complete: in the middle of it a line may seem to belong to no
     * order.
     */
    plan() {
        if (this._isPlanned) {
            return;
        }
        this._isPlanned = true;
        queueMicrotask(() => {
            this._isPlanned = false;
            this.check();
        });
    }

    /** End the flows of lines that are gone, and bring the notices up to date. */
    check() {
        this.pos.vivaWallet.flows.endGone();
        this.pos.vivaWallet.notices.closeOutdated();
        this.pos.vivaWallet.changedTotals.check();
    }
}
