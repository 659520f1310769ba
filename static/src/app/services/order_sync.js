import { timing } from "../timing";
import { UnsyncedEdits } from "../unsynced_edits";
import { settledWithin } from "../with_timeout";

/** Saves the orders whose cards are being charged, and keeps what is edited in them meanwhile. */
export class OrderSync {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {Map<string, Promise>} the saving that is under way, by uuid of the order */
        this.running = new Map();
        /** @type {Map<string, UnsyncedEdits>} by uuid of the order that is being saved */
        this.edits = new Map();
    }

    /**
     * Let the server have an order whose card is being charged.
     *
     * @param {Object} [order]
     */
    save(order) {
        if (!order || order.finalized || this.pos.data.network.offline) {
            return;
        }
        const { uuid } = order;
        this.edits.set(uuid, new UnsyncedEdits(order));
        // It is saved when it is validated, at the latest.
        const saving = settledWithin(
            this.pos.syncAllOrders({ orders: [order] }),
            timing.SAVE + timing.LOAD
        ).finally(() => {
            // Another one may have begun meanwhile.
            if (this.running.get(uuid) === saving) {
                this.running.delete(uuid);
                this.edits.delete(uuid);
            }
            if (order.isUnsyncedPaid) {
                this.pos.syncAllOrders(); // it was finished meanwhile, and could not be saved yet
            }
        });
        this.running.set(uuid, saving);
    }

    /**
     * @param {string} orderUuid
     * @returns {Promise|undefined} the end of the saving of the order, if it is being saved; resolves
     *  after a short while whether or not there is an answer
     */
    whenSaved(orderUuid) {
        const saving = this.running.get(orderUuid);
        return saving && settledWithin(saving, timing.SHARED);
    }

    /** The answer of the server is about to replace the records of the page. */
    recordEdits() {
        this.edits.forEach((edits) => edits.record());
    }

    /**
     * The answer has replaced the records. The first saving gives an order another id: a product that
     * was added meanwhile has the old one, and would belong to no order any more.
     *
     * @param {Object[]} orders that were saved
     */
    restoreEdits(orders) {
        for (const order of orders.filter(({ uuid }) => this.running.has(uuid))) {
            this._attach("pos.order.line", "order_id", order);
            this._attach("pos.payment", "pos_order_id", order);
            this.edits.get(order.uuid)?.reapply();
        }
    }

    /**
     * Open another screen. Edits of an order that is being saved may be lost, so leaving its payment
     * screen waits for the saving.
     *
     * @param {() => any} navigate opens the screen
     * @returns {any} result of `navigate`; true when it waits
     */
    navigateWhenSaved(navigate) {
        const { current, params } = this.pos.router.state;
        const saving = this.whenSaved(params.orderUuid);
        if (!saving || current !== "PaymentScreen") {
            return navigate();
        }
        saving.then(navigate);
        return true;
    }

    _attach(model, field, order) {
        this.pos.models[model]
            .filter((record) => record.raw[field] === order.uuid)
            .forEach((record) => record.update({ [field]: order }));
    }
}
