import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { showOnLine } from "../line_display";
import { addExtras } from "../order_extras";
import { PHASE } from "../payment_flow";
import { isOnScreen } from "../screen_state";

/** Brings what Viva has said onto the payment line: an outcome, and a later change of it. */
export class PaymentOutcome {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /**
         * Snapshots of what was charged, by uuid of the payment line: the copy of an order that the
         * server sends may be older.
         *
         * @type {Map<string, Object>}
         */
        this.charged = new Map();
    }

    /**
     * Book an approval, and tell the cashier where somebody had tried to cancel it.
     *
     * @param {Object} line payment line
     * @param {import("../payment_flow").Snapshot} snapshot
     */
    async book(line, snapshot) {
        await this.complete(line, snapshot);
        this._tellIfTooLate(line, snapshot);
        if (isOnScreen(this.pos, line.pos_order_id)) {
            this.pos.vivaWallet.guard.refusesPaidTwice(line.pos_order_id.payment_ids);
        }
    }

    /**
     * Put card, amount and what was charged on top onto the line and its order.
     *
     * @param {Object} line payment line
     * @param {import("../payment_flow").Snapshot} snapshot of an approval
     */
    async complete(line, snapshot) {
        const order = line.pos_order_id;
        if (!snapshot.card || order.state !== "draft") {
            return;
        }
        const isNews = !this.charged.has(line.uuid);
        this.charged.set(line.uuid, snapshot);
        if (isNews) {
            this._tellIfLess(line, snapshot);
        }
        line.update(snapshot.card);
        if (line.amount !== snapshot.charged) {
            line.update({ amount: snapshot.charged });
        }
        await addExtras(this.pos, order, snapshot.extras || []).catch(() =>
            this._alert(
                _t("The terminal charged more than the order"),
                _t("Add what the customer gave on top as a tip before you validate the order.")
            )
        );
    }

    /**
     * Put a charge again onto a record that was replaced by an older one of the server.
     *
     * @param {Object} line payment line
     * @returns {boolean} whether it had to be done
     */
    restore(line) {
        const snapshot = this.charged.get(line.uuid);
        if (!snapshot || line.payment_status === "done") {
            return false;
        }
        this.complete(line, snapshot);
        line.setPaymentStatus("done");
        return true;
    }

    /**
     * Keep what the server says about the way of a refund that was not made.
     *
     * @param {Object} line payment line
     * @param {import("../payment_flow").Snapshot|null} snapshot
     */
    afterFailure(line, snapshot) {
        if (line.isVivaWalletRefund()) {
            const { way, other_way } = snapshot || {};
            this.pos.vivaWallet.refunds.set(line, { way, otherWay: other_way });
        }
    }

    /**
     * Set the status of a line whose outcome nobody on this page waits for, then go on with its order.
     *
     * @param {Object} line payment line
     * @param {boolean} isPaid
     * @param {Object} [options] see `OrderCompletion.finish`
     */
    async finish(line, isPaid, { isForeign = false, isOld = false } = {}) {
        const order = line.pos_order_id;
        if (!order || order.finalized) {
            return;
        }
        line.handlePaymentResponse(isPaid);
        await this.pos.vivaWallet.completion.finish(line, isPaid, { isForeign, isOld });
    }

    /**
     * Ask once whether Viva has changed its mind about a line that has its outcome.
     *
     * @param {Object} line payment line
     * @param {string} [sessionId] of its requests, the last one or an earlier one
     */
    async recheck(line, sessionId = line.viva_wallet_session_id) {
        const snapshot = await this.pos.vivaWallet.rpc.status(sessionId).catch(() => null);
        await this.revise(line, snapshot);
    }

    /**
     * Take over what Viva says now about a line that had its outcome and that no flow follows.
     *
     * @param {Object} line payment line
     * @param {import("../payment_flow").Snapshot|null} snapshot
     */
    async revise(line, snapshot) {
        const isOpen = line.pos_order_id && !line.pos_order_id.finalized;
        if (!snapshot || !isOpen || this.pos.vivaWallet.flows.of(line.uuid)) {
            return;
        }
        if (snapshot.state === "approved" && line.payment_status !== "done") {
            line.viva_wallet_session_id = snapshot.session_id;
            await this.complete(line, snapshot);
            await this.finish(line, true);
        } else if (snapshot.state === "reversed" && line.payment_status === "done") {
            this._undo(line, snapshot);
        } else if (snapshot.state === "failed" && line.payment_status === "retry") {
            showOnLine(line, PHASE.FAILED, { text: snapshot.text, snapshot });
        }
    }

    _undo(line, snapshot) {
        this.charged.delete(line.uuid);
        showOnLine(line, PHASE.FAILED, snapshot);
        line.update({ transaction_id: false });
        line.setPaymentStatus("retry");
        this._alert(_t("The card payment was undone"), snapshot.text);
    }

    /** A prepaid or meal card may have paid a part; the order is not finished before the rest is. */
    _tellIfLess(line, { charged }) {
        const order = line.pos_order_id;
        const { currency } = order;
        const rest = currency.round(line.amount - charged);
        if (line.isVivaWalletRefund() || !(charged > 0 && currency.isPositive(rest))) {
            return;
        }
        const { formatCurrency } = this.pos.env.utils;
        this.pos.vivaWallet.notices.add(
            _t("The card paid only %(charged)s. %(rest)s remains to be paid.", {
                charged: formatCurrency(charged),
                rest: formatCurrency(rest),
            }),
            { type: "warning" },
            () => !order.finalized && !order.isPaid()
        );
    }

    /** Also where the page was reloaded since, or another cashier had pressed Cancel. */
    _tellIfTooLate(line, snapshot) {
        if (snapshot.cancelled && isOnScreen(this.pos, line.pos_order_id)) {
            this._alert(
                _t("Too late to cancel"),
                line.isVivaWalletRefund()
                    ? _t("The money had already been paid back, so the refund is booked.")
                    : _t("The card had already been charged, so the payment is booked.")
            );
        }
    }

    _alert(title, body) {
        this.pos.env.services.dialog.add(AlertDialog, { title, body });
    }
}
