import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { AutomaticValidation, BackgroundValidation } from "../automatic_validation";
import { orderName } from "../payment_request";
import { isOnScreen, isPaymentScreenOf } from "../screen_state";

/** Finishes orders that were paid by card, wherever the cashier is by then. */
export class OrderCompletion {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {Set<string>} uuids of the orders that are being validated */
        this._validating = new Set();
    }

    /**
     * Go on with the order of a payment that has its outcome.
     *
     * @param {Object} line payment line
     * @param {boolean} isPaid
     * @param {Object} [options]
     * @param {boolean} [options.isForeign] another device asked for it, and goes on by itself
     * @param {boolean} [options.isOld] it was over before this page knew of it: nobody at this till
     *  waits for it, unless its payment screen is open
     */
    async finish(line, isPaid, { isForeign = false, isOld = false } = {}) {
        const order = line.pos_order_id;
        if (!isPaid || !order || order.finalized) {
            return;
        }
        const isAwaited =
            isForeign || isOld ? isPaymentScreenOf(this.pos, order) : isOnScreen(this.pos, order);
        if (isAwaited) {
            await this.validateIfPaid(order);
            const isToldWhy = this.pos.vivaWallet.refusedOrders.isTold(order);
            if (!order.finalized && !isToldWhy && !isPaymentScreenOf(this.pos, order)) {
                this._tellApproved(order, line);
            }
            return;
        }
        if (!isForeign) {
            await this._finishInBackground(order, line);
        }
    }

    /** Finish the orders that were paid by card while no till was there to do it. */
    finishPaid() {
        for (const order of this.pos.getOpenOrders()) {
            if (this._mayValidate(order)) {
                this.finish(order.payment_ids.at(-1), true, { isOld: true });
            }
        }
    }

    /**
     * Validate an order that was paid by terminal, as the Point of Sale does by itself.
     *
     * @param {Object} order
     */
    async validateIfPaid(order) {
        if (this._mayValidate(order)) {
            const validation = new AutomaticValidation({ pos: this.pos, orderUuid: order.uuid });
            await validation.validateOrder(false);
            this.afterValidation(order);
        }
    }

    /**
     * A validation is over, pressed or made by itself. `pos_loyalty` and `pos_hr`, whose patches run
     * within ours, do not say what became of it: the order does.
     *
     * @param {Object} [order]
     */
    afterValidation(order) {
        if (order && !order.finalized && !this._validating.has(order.uuid)) {
            this.pos.vivaWallet.refusedOrders.remember(order);
        }
    }

    /**
     * Validate an order, but not twice at the same time: the outcome of a payment and a cashier may
     * both start it. It waits for a saving that is under way: of two ways to the server at once, the
     * last to arrive would win.
     *
     * @param {OrderPaymentValidation} validation
     * @param {() => Promise<any>} validate
     * @returns {Promise<any>} result of `validate`; false when the order is being validated
     */
    async validateOnce(validation, validate) {
        const { orderUuid } = validation;
        await this.pos.vivaWallet.orderSync.whenSaved(orderUuid);
        if (!validation.paymentLines.some((line) => line.isVivaWallet())) {
            return validate();
        }
        if (this._validating.has(orderUuid)) {
            return false;
        }
        this._validating.add(orderUuid);
        try {
            return await validate();
        } finally {
            this._validating.delete(orderUuid);
        }
    }

    /**
     * Save an order and go on once the server has it. `point_of_sale` shows its screen "Amount Paid"
     * meanwhile, where the receipt screen is skipped, and leaves the order whatever the answer is.
     *
     * @param {OrderPaymentValidation} validation
     */
    async finalizeThenLeave(validation) {
        const { ui } = this.pos.env.services;
        ui.block();
        try {
            if ((await validation.finalizeValidation()) instanceof RPCError) {
                return;
            }
        } finally {
            ui.unblock();
        }
        const { page, params } = validation.nextPage;
        this.pos.navigate(page, params);
    }

    /**
     * The server has refused an order that was finished while there was no connection: open it again,
     * as `point_of_sale` does with an order that is refused at once.
     *
     * @param {string} orderUuid
     * @param {RPCError} error
     */
    reopenRefused(orderUuid, error) {
        const order = this.pos.models["pos.order"].getBy("uuid", orderUuid);
        const isCharged = order?.payment_ids.some((line) => line.isVivaWalletCharged());
        if (isCharged && order.finalized && !this._validating.has(orderUuid)) {
            order.state = "draft";
            this.pos.vivaWallet.refusedOrders.tell(order, error.data?.message);
        }
    }

    /** With change to give back the cashier has to know that the order has become cheaper. */
    _mayValidate(order) {
        return (
            !order.finalized &&
            !this.pos.vivaWallet.refusedOrders.has(order) &&
            this.pos.config.auto_validate_terminal_payment &&
            order.payment_ids.some(
                (line) => line.isVivaWallet() && line.payment_status === "done"
            ) &&
            order.isPaid() &&
            !order.isRefundInProcess() &&
            this.pos.currency.isZero(order.change)
        );
    }

    async _finishInBackground(order, line) {
        const name = orderName(order);
        const validation = new BackgroundValidation({ pos: this.pos, orderUuid: order.uuid });
        if (this._mayValidate(order) && validation.isPossible) {
            await validation.validateOrder(false);
            this.afterValidation(order);
        }
        if (validation.refusal) {
            this.pos.vivaWallet.refusedOrders.tell(order, validation.refusal);
        } else if (order.finalized) {
            this._tellFinished(line, name, validation.isSaved);
            this._leave(order);
        } else {
            this._tellApproved(order, line);
        }
    }

    _tellFinished(line, name, isSaved) {
        if (isSaved) {
            this.pos.vivaWallet.notices.add(finishedText(line, name), { type: "success" });
        } else {
            this.pos.vivaWallet.notices.add(unsavedText(line, name), { type: "warning" });
        }
    }

    /** The order is not finished by itself, and its payment screen is not open. */
    _tellApproved(order, line) {
        this.pos.vivaWallet.notices.add(
            approvedText(line, orderName(order)),
            { type: "success" },
            () => this._isOpen(order) && !isPaymentScreenOf(this.pos, order)
        );
    }

    _isOpen(order) {
        return !order.finalized && Boolean(this.pos.models["pos.order"].getBy("uuid", order.uuid));
    }

    /** Do not leave the cashier at the products of an order that is finished. */
    _leave(order) {
        const { pos } = this;
        if (pos.selectedOrderUuid !== order.uuid) {
            return;
        }
        const { page, params } = pos.defaultPage;
        if (pos.router.state.current === "ProductScreen") {
            pos.navigate(page, params);
        }
        if (!pos.config.module_pos_restaurant) {
            pos.setOrder(pos.models["pos.order"].getBy("uuid", params.orderUuid));
        }
    }
}

function finishedText(line, name) {
    return line.isVivaWalletRefund()
        ? _t("Order %s was paid back and is finished.", name)
        : _t("Order %s was paid by card and is finished.", name);
}

function unsavedText(line, name) {
    return line.isVivaWalletRefund()
        ? _t("Order %s was paid back. It is saved as soon as Odoo can be reached.", name)
        : _t("Order %s was paid by card. It is saved as soon as Odoo can be reached.", name);
}

function approvedText(line, name) {
    return line.isVivaWalletRefund()
        ? _t("The refund of order %s was made. Open its payment screen to finish it.", name)
        : _t(
              "The card payment of order %s was approved. Open its payment screen to finish it.",
              name
          );
}
