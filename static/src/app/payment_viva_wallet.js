import { markRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { RPCError } from "@web/core/network/rpc";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PaymentInterface } from "@point_of_sale/app/utils/payment/payment_interface";
import { register_payment_method } from "@point_of_sale/app/services/pos_store";
import { PHASE, PaymentFlow } from "./payment_flow";
import { newSessionId } from "./session_id";

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
        /**
         * By uuid of the payment line. Raw: the interface hangs on a reactive record, which would
         * wrap each flow, so that no flow were the one that was put in.
         *
         * @type {Map<string, PaymentFlow>}
         */
        this.flows = markRaw(new Map());
    }

    /**
     * Override of `point_of_sale`. Never rejects: the till would stay blocked.
     *
     * @param {string} uuid of the payment line
     * @returns {Promise<boolean>} whether the card was charged
     */
    async sendPaymentRequest(uuid) {
        const line = this._line(uuid);
        const running = this.flows.get(uuid);
        if (running && !running.isOver) {
            return this._outcome(line, running);
        }
        const obstacle = this._obstacle(line);
        if (obstacle) {
            this._show(line, PHASE.FAILED, { text: obstacle });
            return false;
        }
        line.viva_wallet_session_id = newSessionId();
        this._show(line, PHASE.STARTING);
        const flow = this._createFlow(line);
        flow.start();
        // Beside the request, not before it: the customer is waiting, and a page that dies within
        // these milliseconds leaves the request in the server's ledger, for the review.
        this.pos.data.synchronizeLocalDataInIndexedDB();
        return this._outcome(line, flow);
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
        const isPaid = await flow.finished;
        if (isPaid) {
            this._alert(
                _t("Too late to cancel"),
                _t("The card had already been charged, so the payment is booked.")
            );
        }
        return !isPaid;
    }

    /**
     * Follow a request again that was made before the page was loaded, or by another device.
     *
     * @param {Object} line payment line that has a session and no outcome
     * @returns {PaymentFlow}
     */
    resume(line) {
        const flow = this._createFlow(line);
        flow.resume();
        this._outcome(line, flow).then((isPaid) => this._finishResumed(line, isPaid));
        return flow;
    }

    /** Ask now for news of a line, following it if nobody does. */
    wake(line) {
        const flow = this.flows.get(line.uuid);
        return flow ? flow.wake() : this.resume(line);
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
        if (line.amount <= 0) {
            return _t(
                "Only amounts above zero can be asked for on the terminal. Pay refunds back with another payment method."
            );
        }
        if (this.pos.data.network.offline) {
            return _t(
                "There is no connection to Odoo, which card payments need. Nothing was charged. Wait for the connection, or pay otherwise."
            );
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
            order_uuid: order.uuid,
            order_name: order.pos_reference || order.tracking_number || "",
            payment_uuid: line.uuid,
        };
    }

    _rpc() {
        const call = (method, args) => this.env.services.orm.silent.call(TILL_MODEL, method, args);
        return {
            start: (sale) =>
                call("start_sale", [sale]).catch((error) => this._refused(sale, error)),
            status: async (sessionId) => (await call("read_status", [[sessionId]]))[sessionId],
            abort: (sale) => call("abort", [sale]),
            stateOutcome: (sessionId, paid) => call("state_outcome", [sessionId, paid]),
        };
    }

    /** The server checks rights before anything else: what it forbids was not sent. */
    _refused(sale, error) {
        if (error instanceof RPCError && error.exceptionName?.endsWith("AccessError")) {
            return { session_id: sale.session_id, state: "failed", text: error.data?.message };
        }
        throw error;
    }

    _onFlowChange(uuid, flow) {
        const line = this._line(uuid);
        if (!line || line.isDone()) {
            return;
        }
        if (line.viva_wallet_session_id !== flow.sale.session_id) {
            line.viva_wallet_session_id = flow.sale.session_id;
        }
        this._show(line, flow.phase, flow);
        if (!flow.isOver) {
            line.setPaymentStatus(LINE_STATUS[flow.phase]);
        }
    }

    /** Put what the cashier is to see where the line's component finds it. */
    _show(line, phase, { text = "", offline = false, snapshot = null } = {}) {
        const accepted = Boolean(snapshot?.accepted);
        line.uiState.vivaWallet = { phase, text, offline, accepted };
    }

    /** Wait for the end of a flow and bring what is known then onto the line. */
    async _outcome(line, flow) {
        const isPaid = await flow.finished;
        if (this.flows.get(line.uuid) === flow) {
            this.flows.delete(line.uuid);
        }
        if (isPaid && line.pos_order_id) {
            this._complete(line, flow.snapshot);
        }
        return isPaid;
    }

    _complete(line, snapshot) {
        if (snapshot.card && line.pos_order_id.state === "draft") {
            line.update(snapshot.card);
            if (snapshot.charged !== line.amount) {
                line.setAmount(snapshot.charged);
            }
        }
    }

    async _finishResumed(line, isPaid) {
        const order = line.pos_order_id;
        if (!order || order.finalized) {
            return;
        }
        line.handlePaymentResponse(isPaid);
        await this.pos.vivaWalletOnResumed(line, isPaid);
    }

    _alert(title, body) {
        this.env.services.dialog.add(AlertDialog, { title, body });
    }
}

register_payment_method("viva_wallet", PaymentVivaWallet);
