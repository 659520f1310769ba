import { markRaw } from "@odoo/owl";
import { cashierOf } from "../cashier";
import { Notices } from "../notices";
import { TillRpc } from "../till_rpc";
import { timing } from "../timing";
import { settledWithin } from "../with_timeout";
import { BeforeCharge } from "./before_charge";
import { ChangedTotals } from "./changed_totals";
import { FastPayment } from "./fast_payment";
import { Notifications } from "./notifications";
import { OrderCompletion } from "./order_completion";
import { OrderGuard } from "./order_guard";
import { OrderSharing } from "./order_sharing";
import { OrderSync } from "./order_sync";
import { PaymentFlows } from "./payment_flows";
import { PaymentOutcome } from "./payment_outcome";
import { RecordChanges } from "./record_changes";
import { Recovery } from "./recovery";
import { Refunds } from "./refunds";
import { RefusedOrders } from "./refused_orders";
import { Reviews } from "./reviews";
import { TableGuard } from "./table_guard";

/**
 * What this addon adds to the Point of Sale, as `pos.vivaWallet`: one part for each job. The parts
 * reach each other through it.
 */
export class VivaWallet {
    /**
     * @param {Object} pos the `PosStore`, not set up yet
     * @param {Object} env of the Point of Sale
     */
    constructor(pos, env) {
        // Raw: what is reached through a reactive record would be wrapped, down to the flows, and no
        // flow would be identical to the one that was put in.
        const part = (Part) => markRaw(new Part(pos));
        this.pos = pos;
        /** Calls to the server. */
        this.rpc = new TillRpc(env, () => cashierOf(pos));
        /** Messages to the cashier that close themselves. */
        this.notices = new Notices((message, options) => pos.notification.add(message, options));
        /** Whether an order could be finished once its card is charged. */
        this.beforeCharge = part(BeforeCharge);
        /** Payment with one click from the products. */
        this.fastPayment = part(FastPayment);
        /** Requests that are running: start, poll, cancel. */
        this.flows = part(PaymentFlows);
        /** What Viva has said, on the payment line. */
        this.outcome = part(PaymentOutcome);
        /** After the outcome: finish the order. */
        this.completion = part(OrderCompletion);
        /** Orders that could not be finished. */
        this.refusedOrders = part(RefusedOrders);
        /** Saving of orders whose cards are being charged. */
        this.orderSync = part(OrderSync);
        /** Orders that become cheaper or dearer while their cards are being charged. */
        this.changedTotals = part(ChangedTotals);
        /** After a reload. */
        this.recovery = part(Recovery);
        /** What must not be done with an order. */
        this.guard = part(OrderGuard);
        /** What must not be done with the tables of a restaurant. */
        this.tables = part(TableGuard);
        /** Other devices at an order. */
        this.sharing = part(OrderSharing);
        /** Which card a refund pays back. */
        this.refunds = part(Refunds);
        /** Card payments that a person must look at. */
        this.reviews = part(Reviews);
        this.notifications = part(Notifications);
        this.recordChanges = part(RecordChanges);
    }

    /** Begin to listen to records, bus and connection, once the store is set up. */
    listen() {
        this.recordChanges.listen();
        this.notifications.listen();
    }

    /**
     * Take up what was running before the page was loaded.
     *
     * @param {Promise} ready the end of the loading; it is not waited for without limit
     */
    async onLoaded(ready) {
        // The data service exists before the store, and does not know it.
        this.pos.data.vivaWalletOrderSync = this.orderSync;
        this.pos.data.vivaWalletTables = this.tables;
        await settledWithin(ready, timing.LOAD);
        this.recovery.releaseUnsent();
        this.recovery.recover();
        this.reviews.load();
    }
}
