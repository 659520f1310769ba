import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { RPCError } from "@web/core/network/rpc";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { PHASE, PaymentFlow } from "./payment_flow";
import { inTime } from "./in_time";
import { addExtras, tipOf } from "./order_extras";
import { newSessionId } from "./session_id";
import { timing } from "./timing";

const TILL_MODEL = "viva.wallet.till";

const LINE_STATUS = {
    [PHASE.STARTING]: "waiting",
    [PHASE.WAITING]: "waitingCard",
    [PHASE.CANCELLING]: "waitingCancel",
    [PHASE.UNKNOWN]: "waitingCard",
};

/** Translates between the Point of Sale and the flows of its payment lines. */
export class PaymentVivaWallet extends PaymentInterface {
    setup() {
        super.setup(...arguments);
        this.supports_reversals = true;
        /**
         * By uuid of the payment line. Raw: the interface hangs on a reactive record, which would
         * wrap each flow, so that no flow were the one that was put in.
         *
         * @type {Map<string, PaymentFlow>}
         */
        this.flows = markRaw(new Map());
        /**
         * What Viva has confirmed on this page, by uuid of the payment line: what the server sends of
         * an order may be older than that.
         *
         * @type {Map<string, Object>}
         */
        this.charged = markRaw(new Map());
        /**
         * Uuid of the payment line, by session: a line that is sent again gets another session, and
         * Viva may still change its mind about an earlier one.
         *
         * @type {Map<string, string>}
         */
        this.lineOfSession = markRaw(new Map());
    }

    /** Override of `point_of_sale`: a line that pays back waits until the cashier presses *Refund*. */
    get fastPayments() {
        return !this.pos.getOrder()?.getSelectedPaymentline()?.isVivaWalletRefund();
    }

    /**
     * Override of `point_of_sale`. Never rejects: the till would stay blocked.
     *
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} whether the card was charged, or the money was paid back
     */
    async sendPaymentRequest(uuid) {
        const line = this._line(uuid);
        if (!this.flows.has(uuid) && !this._obstacle(line) && this._refundObstacle(line)) {
            await this.pos.vivaWalletPrepareRefund(line);
        }
        // From here to the flow nothing is awaited: whoever else sends this line finds it running.
        const running = this.flows.get(uuid);
        if (running) {
            return running.outcome;
        }
        if (!line.pos_order_id) {
            return false; // deleted while the card was looked for
        }
        if (line.isVivaWalletCharged()) {
            return true; // sent and paid back while the card was looked for
        }
        const obstacle = this._obstacle(line) || this._refundObstacle(line);
        if (obstacle) {
            this._show(line, PHASE.FAILED, { text: obstacle });
            return false;
        }
        line.viva_wallet_session_id = newSessionId();
        this._show(line, PHASE.STARTING);
        const flow = this._createFlow(line);
        flow.start();
        // Beside the request, not before it: the customer is waiting, and a page that dies within
        // these milliseconds finds the request again by its order, see `vivaWalletRecover`.
        this.pos.data.synchronizeLocalDataInIndexedDB();
        return flow.outcome;
    }

    /**
     * Override of `point_of_sale`.
     *
     * @param {Object} order not used: the line knows its order
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} whether it is certain that nothing was charged
     */
    async sendPaymentCancel(order, uuid) {
        const line = this._line(uuid);
        const flow = this.flows.get(uuid) || this.resume(line);
        flow.cancel();
        return !(await flow.outcome);
    }

    /**
     * Override of `point_of_sale`: the charge stays as it is, and what is paid back is a payment
     * line of its own; see `vivaWalletUndo`.
     *
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} false: the line itself is not changed
     */
    async sendPaymentReversal(uuid) {
        const refund = await this.pos.vivaWalletUndo(this._line(uuid));
        await refund?.pay();
        return false;
    }

    /**
     * Follow a request again that was made before the page was loaded, or by another device.
     *
     * @param {Object} line payment line that has a session and no outcome
     * @param {Object} [options]
     * @param {boolean} [options.isForeign] another device has made it, and goes on with its order
     * @returns {PaymentFlow}
     */
    resume(line, { isForeign = false } = {}) {
        const flow = this._createFlow(line);
        flow.isForeign = isForeign;
        flow.resume();
        flow.outcome.then((isPaid) => this._finishResumed(line, isPaid, flow));
        return flow;
    }

    /**
     * Override of `pos_restaurant`: no tip after payment. What Viva charged cannot be raised
     * afterwards; the customer adds the tip on the terminal, or the cashier before.
     */
    canBeAdjusted() {
        return false;
    }

    /** Follow the request of a line from now on, and go on with its order by itself. */
    follow(line) {
        const flow = this.flows.get(line.uuid);
        if (!flow) {
            return this.resume(line);
        }
        flow.isForeign = false;
        return flow.wake();
    }

    /** Whether this page is following a request of the line. */
    isFollowing(line) {
        return this.flows.has(line.uuid);
    }

    /** The record of the line was replaced by what the server has, which may be older. */
    restore(line) {
        const flow = this.flows.get(line.uuid);
        if (flow) {
            return this._onFlowChange(line.uuid, flow);
        }
        const snapshot = this.charged.get(line.uuid);
        if (snapshot && line.payment_status !== "done") {
            this._complete(line, snapshot);
            line.setPaymentStatus("done");
        } else if (line.isVivaWalletInFlight()) {
            this.resume(line, { isForeign: true });
        }
    }

    /** Take an approval that the server has told, also of a line that had failed. */
    take(line, snapshot) {
        const flow = this.flows.get(line.uuid);
        return flow ? flow.take(snapshot) : this._revise(line, snapshot);
    }

    /** End what follows lines that are not there any more, or whose order is over. */
    endGone() {
        for (const [uuid, flow] of this.flows) {
            if (this._isGone(uuid)) {
                flow.end(this._line(uuid)?.payment_status === "done");
            }
        }
    }

    _isGone(uuid) {
        const order = this._line(uuid)?.pos_order_id;
        return !order || order.finalized || !order.getPaymentlineByUuid(uuid);
    }

    /** Ask now for news of a line, following it if nobody does. */
    wake(line) {
        const flow = this.flows.get(line.uuid);
        return flow ? flow.wake() : this.resume(line);
    }

    /**
     * Ask once whether Viva has changed its mind about a line that has its outcome.
     *
     * @param {Object} line payment line
     * @param {string} [sessionId] of its requests, the last one or an earlier one
     */
    async review(line, sessionId = line.viva_wallet_session_id) {
        const snapshot = await this._rpc()
            .status(sessionId)
            .catch(() => null);
        await this._revise(line, snapshot);
    }

    /** Bring what Viva says now onto a line that had its outcome and that nobody follows. */
    async _revise(line, snapshot) {
        const isOpen = line.pos_order_id && !line.pos_order_id.finalized;
        if (!snapshot || !isOpen || this.flows.has(line.uuid)) {
            return;
        }
        if (snapshot.state === "approved" && line.payment_status !== "done") {
            line.viva_wallet_session_id = snapshot.session_id;
            await this._complete(line, snapshot);
            await this._finishResumed(line, true);
        } else if (snapshot.state === "reversed" && line.payment_status === "done") {
            this._undo(line, snapshot);
        } else if (snapshot.state === "failed" && line.payment_status === "retry") {
            this._show(line, PHASE.FAILED, { text: snapshot.text, snapshot });
        }
    }

    _undo(line, snapshot) {
        this.charged.delete(line.uuid);
        this._show(line, PHASE.FAILED, snapshot);
        line.update({ transaction_id: false });
        line.setPaymentStatus("retry");
        this._alert(_t("The card payment was undone"), snapshot.text);
    }

    /**
     * Record what the cashier sees on the terminal, where the outcome is unknown.
     *
     * @param {Object} line payment line
     * @param {boolean} paid
     */
    stateOutcome(line, paid) {
        return this.flows.get(line.uuid)?.stateOutcome(paid);
    }

    /** @returns {string|undefined} why nothing can be asked of the terminal */
    _obstacle(line) {
        if (line.isVivaWalletRefund() ? line.amount >= 0 : line.amount <= 0) {
            return _t("Enter an amount first: the terminal cannot do anything with zero.");
        }
        if (this.pos.data.network.offline) {
            return _t(
                "There is no connection to Odoo, which card payments need. Nothing was charged. Wait for the connection, or pay otherwise."
            );
        }
    }

    /** @returns {string|undefined} why nothing can be paid back */
    _refundObstacle(line) {
        if (line.isVivaWalletRefund() && !line.isVivaWalletRefundReady()) {
            return line.uiState.vivaWalletRefund?.text || _t("Choose the card that is paid back.");
        }
    }

    _line(uuid) {
        return this.pos.models["pos.payment"].getBy("uuid", uuid);
    }

    _createFlow(line) {
        const { uuid } = line;
        this.flows.get(uuid)?.dispose();
        const flow = new PaymentFlow({
            sale: this._sale(line),
            rpc: this._rpc(),
            clock: {
                now: () => Date.now(),
                setTimeout: (callback, delay) => browser.setTimeout(callback, delay),
                clearTimeout: (timer) => browser.clearTimeout(timer),
            },
            onChange: () => this._onFlowChange(uuid, flow),
        });
        this.flows.set(uuid, flow);
        this.lineOfSession.set(flow.sale.session_id, uuid);
        flow.outcome = this._outcome(line, flow);
        return flow;
    }

    /** @returns {Object} what `viva.wallet.till.start_sale` takes */
    _sale(line) {
        const order = line.pos_order_id;
        return {
            session_id: line.viva_wallet_session_id,
            payment_method_id: this.payment_method_id.id,
            pos_session_id: this.pos.session.id,
            amount: line.amount,
            tip: tipOf(line),
            order_uuid: order.uuid,
            order_name: order.pos_reference || order.tracking_number || "",
            order_total: order.totalDue,
            order_payments: order.payment_ids.map((payment) => payment.uuid),
            payment_uuid: line.uuid,
            ...(line.isVivaWalletRefund() && this._refund(line)),
        };
    }

    /** @returns {Object} what `start_refund` takes besides */
    _refund(line) {
        const parent = line.viva_wallet_parent_session_id;
        return {
            kind: "refund",
            parent_session_id: parent || false,
            // A line that was sent without a sale can only have gone to any card.
            way: parent ? line.uiState.vivaWalletRefund?.way || false : "unreferenced",
        };
    }

    _rpc() {
        const call = (sessionId, method, args, limit = timing.REQUEST) =>
            inTime(this.env.services.orm.silent.call(TILL_MODEL, method, args), limit).catch(
                (error) => this._refused(sessionId, error)
            );
        return {
            start: (sale) =>
                call(sale.session_id, sale.kind === "refund" ? "start_refund" : "start_sale", [
                    sale,
                ]),
            status: async (sessionId) => {
                const answer = await call(sessionId, "read_status", [[sessionId]], timing.QUESTION);
                return answer.refused ? answer : answer[sessionId];
            },
            abort: (sale) => call(sale.session_id, "abort", [sale]),
            stateOutcome: (sessionId, paid) => call(sessionId, "state_outcome", [sessionId, paid]),
        };
    }

    /** The server checks rights before anything else: what it forbids did nothing, in this call. */
    _refused(sessionId, error) {
        if (error instanceof RPCError && error.exceptionName?.endsWith("AccessError")) {
            const text = error.data?.message;
            return { session_id: sessionId, state: "failed", refused: true, text };
        }
        throw error;
    }

    _onFlowChange(uuid, flow) {
        const line = this._line(uuid);
        if (this._isGone(uuid)) {
            flow.end(line?.payment_status === "done");
        }
        if (!line || this._isGone(uuid) || line.isDone()) {
            return;
        }
        if (line.viva_wallet_session_id !== flow.sale.session_id) {
            line.viva_wallet_session_id = flow.sale.session_id;
        }
        this._show(line, flow.phase, flow);
        if (!flow.isOver) {
            line.setPaymentStatus(LINE_STATUS[flow.phase]);
            this._share(line, flow);
        }
    }

    /**
     * Let the server have the order as soon as its terminal is busy, not before: should this page
     * never come back, the charge is booked there.
     */
    _share(line, flow) {
        if (flow.snapshot && !flow.isShared && !flow.isForeign) {
            flow.isShared = true;
            this.pos.vivaWalletShare(line.pos_order_id);
        }
    }

    /** Put what the cashier is to see where the line's component finds it. */
    _show(line, phase, flow = {}) {
        const { text = "", refusal = "", snapshot = null } = flow;
        line.uiState.vivaWallet = {
            phase,
            text,
            refusal,
            hint: flow.hint || "",
            offline: Boolean(flow.offline),
            unreachable: Boolean(flow.unreachable),
            silent: Boolean(flow.silent),
            accepted: Boolean(snapshot?.accepted),
            uncertain: Boolean(snapshot?.uncertain),
            added: (snapshot?.extras || []).reduce((sum, extra) => sum + extra.amount, 0),
        };
    }

    /** Wait for the end of a flow and bring what is known then onto the line. */
    async _outcome(line, flow) {
        const isPaid = await flow.finished;
        if (isPaid && line.pos_order_id) {
            await this._complete(line, flow.snapshot);
            this._tellIfTooLate(line, flow.snapshot);
        }
        // Not before the line is complete: a wake-up would begin to follow it anew.
        if (this.flows.get(line.uuid) === flow) {
            this.flows.delete(line.uuid);
        }
        if (!isPaid && line.isVivaWalletRefund()) {
            const { way, other_way } = flow.snapshot || {};
            this.pos.vivaWalletSetRefund(line, { way, otherWay: other_way });
        }
        if (flow.snapshot?.reason === "order_paid") {
            // Another device has charged this order: its payment must be seen here.
            this.pos.vivaWalletCatchUp(line.pos_order_id);
        }
        return isPaid;
    }

    async _complete(line, snapshot) {
        const order = line.pos_order_id;
        if (!snapshot.card || order.state !== "draft") {
            return;
        }
        this.charged.set(line.uuid, snapshot);
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

    /** Also where the page was loaded anew since, or another cashier had pressed Cancel. */
    _tellIfTooLate(line, snapshot) {
        if (snapshot.cancelled && this.pos.vivaWalletIsCurrent(line.pos_order_id)) {
            this._alert(
                _t("Too late to cancel"),
                line.isVivaWalletRefund()
                    ? _t("The money had already been paid back, so the refund is booked.")
                    : _t("The card had already been charged, so the payment is booked.")
            );
        }
    }

    async _finishResumed(line, isPaid, { isForeign = false, isOld = false } = {}) {
        const order = line.pos_order_id;
        if (!order || order.finalized) {
            return;
        }
        line.handlePaymentResponse(isPaid);
        await this.pos.vivaWalletFinish(line, isPaid, { isForeign, isOld });
    }

    _alert(title, body) {
        this.env.services.dialog.add(AlertDialog, { title, body });
    }
}

register_payment_method("viva_wallet", PaymentVivaWallet);
