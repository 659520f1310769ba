import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { PosData } from "@point_of_sale/app/services/data_service";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { ChangesMeanwhile } from "../changes_meanwhile";
import { NotInTime, atMost, inTime } from "../in_time";
import { Notices } from "../notices";
import { timing } from "../timing";
import { ValidationBehind } from "../validation_behind";

/** Screens that are about the selected order. */
const SCREENS_OF_ORDER = ["ProductScreen", "TicketScreen"];

function usesVivaWallet(models) {
    return models["pos.payment.method"].some(
        (method) => method.use_payment_terminal === "viva_wallet"
    );
}

/** By uuid of the order that is on its way to the server. */
const changesMeanwhile = new Map();

patch(PosData.prototype, {
    /** Override: the last moment before the answer of the server is taken over. */
    async missingRecursive() {
        const records = await super.missingRecursive(...arguments);
        changesMeanwhile.forEach((changes) => changes.note());
        return records;
    },

    /**
     * Override: an order that cannot be saved in time is one that is saved later, as without any
     * connection. Saving it twice is saving it once: the server knows it by its uuid.
     */
    async call(model, method, args) {
        const call = super.call(...arguments);
        if (method !== "sync_from_ui" || !usesVivaWallet(this.models)) {
            return call;
        }
        const answer = await inTime(call, timing.SAVE).catch((error) => {
            throw error instanceof NotInTime ? new ConnectionLostError(method) : error;
        });
        this.vivaWalletRejectOld(args[0]);
        return answer;
    },

    /**
     * @param {Object[]} orders as they were sent
     * @throws when one of them was finished meanwhile: the answer would open it again
     */
    vivaWalletRejectOld(orders) {
        const isOld = ({ uuid, state }) =>
            state === "draft" && this.models["pos.order"].getBy("uuid", uuid)?.finalized;
        if (orders.some(isOld)) {
            throw new ConnectionLostError("sync_from_ui"); // it is saved once more, later
        }
    },
});

patch(PosStore.prototype, {
    async setup() {
        /** By uuid of the order: its way to the server. */
        this.vivaWalletSharing = markRaw(new Map());
        /** Uuids of the orders that are being validated. */
        this.vivaWalletValidating = markRaw(new Set());
        this.vivaWalletNotices = markRaw(
            new Notices((message, options) => this.notification.add(message, options))
        );
        await super.setup(...arguments);
        for (const event of ["update", "delete"]) {
            for (const model of ["pos.order", "pos.payment"]) {
                this.models[model].addEventListener(event, () => this._vivaWalletLookAgain());
            }
        }
        this.data.connectWebSocket("VIVA_WALLET_STATUS", ({ session_id, state }) =>
            this.vivaWalletWake(session_id, state)
        );
        this.bus.subscribe("VIVA_WALLET_APPROVED", (snapshot) => this.vivaWalletTake(snapshot));
        window.addEventListener("pos-network-online", () => this.vivaWalletRecover());
    },

    async afterProcessServerData() {
        const ready = super.afterProcessServerData(...arguments);
        atMost(ready, timing.LOAD).then(() => this.vivaWalletRecover());
        return ready;
    },

    /**
     * Something has happened to an order or a payment: end what follows lines that are gone, and
     * take away notices that are not true any more. Not before all of it has happened: in the middle
     * of it a line may seem to belong to no order.
     */
    _vivaWalletLookAgain() {
        if (this.vivaWalletLooksAgain) {
            return;
        }
        this.vivaWalletLooksAgain = true;
        queueMicrotask(() => {
            this.vivaWalletLooksAgain = false;
            for (const method of this.models["pos.payment.method"].getAll()) {
                if (method.use_payment_terminal === "viva_wallet") {
                    method.payment_terminal?.endGone();
                }
            }
            this.vivaWalletNotices.review();
        });
    },

    // === NEWS === //

    /**
     * Ask for news of the card payments that have no outcome yet, and of those that have one: Viva
     * may have changed its mind, and a page that was loaded anew does not know why one failed.
     *
     * @param {Object} [order] only of this one
     */
    vivaWalletResume(order) {
        const payments = order ? order.payment_ids : this.models["pos.payment"].getAll();
        for (const line of payments) {
            this._vivaWalletAsk(line);
        }
    },

    _vivaWalletAsk(line) {
        const terminal = line.payment_method_id?.payment_terminal;
        if (line.isVivaWalletInFlight()) {
            terminal.follow(line);
        } else if (line.hasVivaWalletOutcome() && !line.pos_order_id?.finalized) {
            terminal.review(line);
        }
    },

    /**
     * There is news of a payment. It may be told more than once.
     *
     * @param {string} sessionId
     * @param {string} [state] of the payment, as far as the server knows
     */
    vivaWalletWake(sessionId, state) {
        const line = this._vivaWalletFind(sessionId);
        if (!line || (state === "approved" && line.isVivaWalletCharged())) {
            return;
        }
        const terminal = line.payment_method_id.payment_terminal;
        return line.isVivaWalletInFlight() ? terminal.wake(line) : terminal.review(line);
    },

    /**
     * A payment that this user had asked for was approved.
     *
     * @param {Object} snapshot see `viva.wallet.till`
     */
    vivaWalletTake(snapshot) {
        const line = this._vivaWalletFind(snapshot.session_id);
        line?.payment_method_id.payment_terminal.take(line, snapshot);
    },

    _vivaWalletFind(sessionId) {
        return this.models["pos.payment"].find(
            (line) =>
                line.viva_wallet_session_id === sessionId &&
                line.isVivaWallet() &&
                line.pos_order_id &&
                !line.pos_order_id.finalized
        );
    },

    // === RECOVERY === //

    /**
     * Find the requests of the open orders that this page does not know of, then follow all of them.
     *
     * A page that died right after a request, or whose data were wiped, has an older copy of the
     * order, without the line or its session.
     */
    async vivaWalletRecover() {
        const uuids = this.getOpenOrders().map((order) => order.uuid);
        if (uuids.length && usesVivaWallet(this.models)) {
            const asked = this.env.services.orm.silent.call("viva.wallet.till", "read_orders", [
                uuids,
            ]);
            for (const payment of (await atMost(asked, timing.QUESTION)) || []) {
                this._vivaWalletRecoverLine(payment);
            }
        }
        this.vivaWalletResume();
        this._vivaWalletFinishOrphans();
    },

    /** Finish the orders that were paid by card while no till was there to do it. */
    _vivaWalletFinishOrphans() {
        for (const order of this.getOpenOrders()) {
            if (this._vivaWalletMayValidate(order)) {
                this.vivaWalletFinish(order.payment_ids.at(-1), true, { isOld: true });
            }
        }
    },

    /**
     * Another device has done something to an order that this page did not know of.
     *
     * @param {Object} [order]
     */
    async vivaWalletCatchUp(order) {
        if (order && !order.finalized) {
            await atMost(this.deviceSync.readDataFromServer(), timing.LOAD);
            await this.vivaWalletRecover();
        }
    },

    /** @param {Object} payment see `viva.wallet.till.read_orders` */
    _vivaWalletRecoverLine(payment) {
        const order = this.models["pos.order"].getBy("uuid", payment.order_uuid);
        const method = this.models["pos.payment.method"].get(payment.payment_method_id);
        if (!order || order.finalized || !method?.payment_terminal || payment.statement) {
            return;
        }
        let line = order.getPaymentlineByUuid(payment.payment_uuid);
        if (line?.isVivaWalletLocked()) {
            return;
        }
        const { amount, session_id } = payment;
        line ||= this.models["pos.payment"].create({
            uuid: payment.payment_uuid,
            pos_order_id: order,
            payment_method_id: method,
        });
        line.update({ amount, viva_wallet_session_id: session_id, payment_status: "waitingCard" });
        order.selectPaymentline(line);
    },

    /**
     * Let the server have an order whose card is being charged.
     *
     * @param {Object} order
     */
    vivaWalletShare(order) {
        if (!order || order.finalized || this.data.network.offline) {
            return;
        }
        const { uuid } = order;
        changesMeanwhile.set(uuid, new ChangesMeanwhile(order));
        // It is saved when it is validated, at the latest.
        const sharing = atMost(
            this.syncAllOrders({ orders: [order] }),
            timing.SAVE + timing.LOAD
        ).finally(() => {
            // Another one may have begun meanwhile.
            if (this.vivaWalletSharing.get(uuid) === sharing) {
                this.vivaWalletSharing.delete(uuid);
                changesMeanwhile.delete(uuid);
            }
            if (order.isUnsyncedPaid) {
                this.syncAllOrders(); // it was finished meanwhile, and could not be saved yet
            }
        });
        this.vivaWalletSharing.set(uuid, sharing);
    },

    /**
     * Override: the answer to the first saving of an order gives it another id. A product that was
     * added meanwhile has the old one, and would belong to no order any more. What was changed
     * meanwhile is changed once more.
     */
    postSyncAllOrders(orders) {
        super.postSyncAllOrders(...arguments);
        for (const order of orders.filter((order) => this.vivaWalletSharing.has(order.uuid))) {
            for (const model of ["pos.order.line", "pos.payment"]) {
                const field = model === "pos.payment" ? "pos_order_id" : "order_id";
                this.models[model]
                    .filter((record) => record.raw[field] === order.uuid)
                    .forEach((record) => record.update({ [field]: order }));
            }
            changesMeanwhile.get(order.uuid)?.apply();
        }
    },

    /**
     * Override: what is changed in an order while it is being saved is lost, so that the way back to
     * its products opens a moment later.
     */
    navigate() {
        const sharing = this.vivaWalletShared(this.router.state.params.orderUuid);
        if (!sharing || this.router.state.current !== "PaymentScreen") {
            return super.navigate(...arguments);
        }
        sharing.then(() => super.navigate(...arguments));
        return true;
    },

    /**
     * @param {string} orderUuid
     * @returns {Promise|undefined} the end of the order's way to the server, if it is on it; soon,
     *  whether or not there is an answer
     */
    vivaWalletShared(orderUuid) {
        const sharing = this.vivaWalletSharing.get(orderUuid);
        return sharing && atMost(sharing, timing.SHARED);
    },

    // === AFTER THE OUTCOME === //

    /**
     * Go on after the outcome of a payment, wherever the cashier is by then.
     *
     * @param {Object} line payment line
     * @param {boolean} isPaid
     * @param {Object} [options]
     * @param {boolean} [options.isForeign] another device asked for it, and goes on by itself
     * @param {boolean} [options.isOld] it was over before this page knew of it: nobody at this till
     *  waits for it, unless its payment screen is open
     */
    async vivaWalletFinish(line, isPaid, { isForeign = false, isOld = false } = {}) {
        const order = line.pos_order_id;
        if (!isPaid || !order || order.finalized) {
            return;
        }
        const isAwaited =
            isForeign || isOld
                ? this.vivaWalletIsBeingPaid(order)
                : this.vivaWalletIsCurrent(order);
        if (isAwaited) {
            await this.vivaWalletValidateIfPaid(order);
            if (!order.finalized && !this.vivaWalletIsBeingPaid(order)) {
                this._vivaWalletTellApproved(order, line);
            }
            return;
        }
        if (!isForeign) {
            await this._vivaWalletFinishBehind(order, line);
        }
    },

    /** The order is not finished by itself, and its payment screen is not before the eyes. */
    _vivaWalletTellApproved(order, line) {
        this.vivaWalletNotices.tell(
            this._vivaWalletApprovedText(line, this._vivaWalletName(order)),
            { type: "success" },
            () => this._vivaWalletIsOpen(order) && !this.vivaWalletIsBeingPaid(order)
        );
    },

    _vivaWalletIsOpen(order) {
        return !order.finalized && Boolean(this.models["pos.order"].getBy("uuid", order.uuid));
    },

    _vivaWalletName(order) {
        return order.pos_reference || order.tracking_number || "";
    },

    async _vivaWalletFinishBehind(order, line) {
        const name = this._vivaWalletName(order);
        const validation = new ValidationBehind({ pos: this, orderUuid: order.uuid });
        const isDone =
            this._vivaWalletMayValidate(order) &&
            validation.isPossible &&
            (await validation.validateOrder(false)) &&
            order.finalized;
        if (isDone) {
            this.vivaWalletNotices.tell(this._vivaWalletFinishedText(line, name), {
                type: "success",
            });
            this._vivaWalletLeave(order);
        } else {
            this._vivaWalletTellApproved(order, line);
        }
    },

    /** Do not leave the cashier at the products of an order that is finished. */
    _vivaWalletLeave(order) {
        if (this.selectedOrderUuid !== order.uuid) {
            return;
        }
        const { page, params } = this.defaultPage;
        if (this.router.state.current === "ProductScreen") {
            this.navigate(page, params);
        }
        if (!this.config.module_pos_restaurant) {
            this.setOrder(this.models["pos.order"].getBy("uuid", params.orderUuid));
        }
    },

    _vivaWalletFinishedText(line, name) {
        return line.isVivaWalletRefund()
            ? _t("Order %s was paid back and is finished.", name)
            : _t("Order %s was paid by card and is finished.", name);
    },

    _vivaWalletApprovedText(line, name) {
        return line.isVivaWalletRefund()
            ? _t("The refund of order %s was made. Open its payment screen to finish it.", name)
            : _t(
                  "The card payment of order %s was approved. Open its payment screen to finish it.",
                  name
              );
    },

    /** Whether the cashier has the payment screen of this order before the eyes. */
    vivaWalletIsBeingPaid(order) {
        const { current, params } = this.router.state;
        return current === "PaymentScreen" && params.orderUuid === order?.uuid;
    },

    /** Whether the cashier has this order before the eyes. */
    vivaWalletIsCurrent(order) {
        return (
            this.vivaWalletIsBeingPaid(order) ||
            (SCREENS_OF_ORDER.includes(this.router.state.current) &&
                this.selectedOrderUuid === order.uuid)
        );
    },

    /** What is paid and gives no change: of an order that has become cheaper somebody has to know. */
    _vivaWalletMayValidate(order) {
        return (
            !order.finalized &&
            this.config.auto_validate_terminal_payment &&
            order.payment_ids.some(
                (line) => line.isVivaWallet() && line.payment_status === "done"
            ) &&
            order.isPaid() &&
            !order.isRefundInProcess() &&
            this.currency.isZero(order.change)
        );
    },

    /** Validate an order that was paid by terminal, as the Point of Sale does by itself. */
    async vivaWalletValidateIfPaid(order) {
        if (this._vivaWalletMayValidate(order)) {
            const { uuid } = order;
            await new OrderPaymentValidation({ pos: this, orderUuid: uuid }).validateOrder(false);
        }
    },

    // === REFUSALS === //

    /** Override: the record of a charge must not go with its order. */
    async _onBeforeDeleteOrder(order) {
        // What is on its way to the server would stay there.
        await this.vivaWalletShared(order.uuid);
        return this.vivaWalletRefuses(order) ? false : super._onBeforeDeleteOrder(order);
    },

    /** Override: not every way to remove an order asks before. */
    removeOrder(order) {
        if (!order.finalized && this.vivaWalletRefuses(order)) {
            return false;
        }
        return super.removeOrder(...arguments);
    },

    /** Override: what the server refuses to cancel would be tried, and fail, with each saved order. */
    async deleteOrders(orders, serverIds = []) {
        try {
            return await super.deleteOrders(...arguments);
        } catch (error) {
            if (error instanceof RPCError) {
                serverIds.forEach((id) => this.pendingOrder.delete.delete(id));
            }
            throw error;
        }
    },

    /**
     * Tell the cashier why an order with a card payment must stay what it is.
     *
     * @param {Object} order
     * @returns {boolean} whether it must
     */
    vivaWalletRefuses(order) {
        const line =
            order?.payment_ids.find((line) => line.isVivaWalletInFlight()) ||
            (order && this.vivaWalletMovedMoney(order));
        if (!line) {
            return false;
        }
        this.dialog.add(AlertDialog, {
            title: _t("This order has a card payment"),
            body: this.vivaWalletWhyNotDeleted(line),
        });
        return true;
    },

    /** Return a line that was charged or paid back, unless all that was charged was paid back. */
    vivaWalletMovedMoney(order) {
        const moved = order.payment_ids.filter(
            (line) => line.isVivaWallet() && line.transaction_id
        );
        const sum = moved.reduce((total, line) => total + line.getAmount(), 0);
        return this.currency.isZero(sum) ? undefined : moved[0];
    },

    vivaWalletWhyNotDeleted(line) {
        const amount = this.env.utils.formatCurrency(Math.abs(line.getAmount()));
        if (line.isVivaWalletRefund()) {
            return line.isVivaWalletInFlight()
                ? _t("%s may still be paid back. Cancel that first, then delete the order.", amount)
                : _t(
                      "%s was paid back to a card. Validate the order instead of deleting it.",
                      amount
                  );
        }
        return line.isVivaWalletInFlight()
            ? _t(
                  "The terminal may still charge %s. Cancel that payment first, then delete the order.",
                  amount
              )
            : _t(
                  "%s was charged to a card. Validate the order and refund it instead of deleting it.",
                  amount
              );
    },
});
