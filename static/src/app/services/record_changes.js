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

    /**
     * End the flows of lines that are gone, close the notices that are not true any more, tell of
     * totals that have changed, and do not stay where an order is split that another device has begun
     * to charge.
     */
    check() {
        this.pos.vivaWallet.flows.endGone();
        this.pos.vivaWallet.notices.closeOutdated();
        this.pos.vivaWallet.changedTotals.check();
        this.pos.vivaWallet.guard.leaveSplitting();
    }
}
