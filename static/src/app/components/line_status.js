import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { PHASE } from "../payment_flow";
import { cardName } from "../receipt/card_slip";

/** What the terminal is doing for one payment line, and what the cashier can do about it. */
export class VivaWalletLineStatus extends Component {
    static template = "pos_viva_wallet.LineStatus";
    static props = {
        line: Object,
        sendPaymentRequest: Function,
        sendPaymentCancel: Function,
        sendPaymentReverse: { type: Function, optional: true },
    };

    setup() {
        this.pos = usePos();
    }

    get status() {
        return this.props.line.payment_status;
    }

    get flow() {
        return this.props.line.uiState?.vivaWallet || {};
    }

    /** True, or undefined: the attribute that shows it is then left out. */
    get isUnknown() {
        return (
            (this.props.line.isVivaWalletInFlight() && this.flow.phase === PHASE.UNKNOWN) ||
            undefined
        );
    }

    /** Odoo does not answer: nothing can be said or stated, only asked once more. */
    get isUnreachable() {
        return this.isBusy && Boolean(this.flow.unreachable);
    }

    /** Viva does not answer Odoo: what the terminal shows may be stated. */
    get isSilent() {
        return this.isBusy && Boolean(this.flow.silent) && !this.flow.offline;
    }

    /** As `isUnknown`, for both. */
    get isStuck() {
        return this.isUnreachable || this.isSilent || undefined;
    }

    /** A call was not taken, while an earlier one may have got through. */
    get isRefused() {
        return this.isBusy && !this.isStuck && Boolean(this.flow.refusal);
    }

    get canState() {
        return this.isUnknown || (this.isSilent && !this.isUnreachable);
    }

    get canCheckAgain() {
        return this.isUnknown || this.isStuck;
    }

    get isBusy() {
        return this.props.line.isVivaWalletInFlight() && !this.isUnknown;
    }

    get canCancel() {
        return ["waiting", "waitingCard"].includes(this.status) && !this.isUnknown;
    }

    get hasButtons() {
        return (
            ["pending", "retry"].includes(this.status) ||
            this.canCancel ||
            this.canCheckAgain ||
            this.canUndo
        );
    }

    get canUndo() {
        return this.props.line.canVivaWalletBeUndone();
    }

    /** Viva says that nothing was charged, in a way after which it was seen to change its mind. */
    get isUncertain() {
        return this.status === "retry" && this.flow.uncertain;
    }

    get icon() {
        if (this.isStuck) {
            return "fa-exclamation-triangle text-warning";
        }
        if (this.isBusy) {
            return "fa-circle-o-notch fa-spin";
        }
        if (this.isUnknown) {
            return "fa-question-circle text-warning";
        }
        if (this.isUncertain) {
            return "fa-question-circle text-warning";
        }
        return { done: "fa-check text-success", retry: "fa-times text-danger" }[this.status];
    }

    get title() {
        if (this.isUnreachable) {
            return _t("Odoo does not answer");
        }
        if (this.isSilent) {
            return _t("Viva does not answer");
        }
        if (this.isRefused) {
            return _t("Not known whether paid");
        }
        switch (this.status) {
            case "pending":
                return _t("Not sent to the terminal yet");
            case "waiting":
                return _t("Sending to the terminal");
            case "waitingCard":
                return this.isUnknown ? _t("Not known whether paid") : _t("Waiting for card");
            case "waitingCancel":
                return _t("Cancelling");
            case "done":
                return _t("Paid by card");
            default:
                return this.isUncertain ? _t("Not certain whether paid") : _t("Not paid");
        }
    }

    get text() {
        if (this.isStuck) {
            return this.stuckText;
        }
        if (this.isRefused) {
            return this.refusalText;
        }
        if (this.isBusy && this.flow.offline) {
            return _t(
                "No connection to Odoo. The card may still be charged: the outcome appears here when the connection is back."
            );
        }
        switch (this.status) {
            case "waiting":
                return _t("The amount will appear in a moment.");
            case "waitingCard":
                return this.isUnknown ? this.flow.text : this.waitingText;
            case "waitingCancel":
                return _t(
                    "The terminal has been asked to stop. Wait until it confirms that nothing was charged."
                );
            case "done":
                return this.card;
            case "retry":
                return this.flow.text || _t("Try again, or pay otherwise.");
            default:
                return "";
        }
    }

    get terminal() {
        return this.props.line.payment_method_id.viva_wallet_terminal_id;
    }

    get stuckText() {
        const { terminal } = this;
        if (this.isUnreachable) {
            return _t(
                "The card may still be charged: look at terminal %s. The outcome appears here as soon as Odoo answers.",
                terminal
            );
        }
        return this.status === "waitingCancel"
            ? _t(
                  "It is not confirmed that the terminal has stopped. Look at terminal %s and say what it shows.",
                  terminal
              )
            : _t(
                  "Look at terminal %s. While it asks for a card, the customer can pay. Once it is done, say what it shows.",
                  terminal
              );
    }

    get refusalText() {
        return [
            this.flow.hint,
            _t("An earlier request may have got through: that is being asked now."),
        ]
            .filter(Boolean)
            .join(" ");
    }

    get waitingText() {
        const { terminal } = this;
        if (this.isTooMuch) {
            return _t(
                "The terminal asks for more than the order comes to now. Cancel, then send the new amount."
            );
        }
        if (!this.flow.accepted) {
            return _t(
                "Viva has not confirmed the request yet and is being asked. If terminal %s shows the amount, the customer can pay.",
                terminal
            );
        }
        return _t("The customer taps, inserts or swipes the card on terminal %s.", terminal);
    }

    /** The order has become cheaper since the request was made. */
    get isTooMuch() {
        const { line } = this.props;
        return line.amount > 0 && line.amount > line.pos_order_id.remainingDue;
    }

    get card() {
        return [cardName(this.props.line), this.added, this.tipNote].filter(Boolean).join(" · ");
    }

    get added() {
        const { added } = this.flow;
        return added && _t("%s added on the terminal", this.env.utils.formatCurrency(added));
    }

    /** Why `pos_restaurant` does not offer a tip after this payment. */
    get tipNote() {
        return (
            this.pos.config.set_tip_after_payment &&
            _t("No tip can be added afterwards: the customer gives it on the terminal")
        );
    }

    checkAgain() {
        this.props.line.payment_method_id.payment_terminal.wake(this.props.line);
    }

    stateOutcome(paid) {
        this.props.line.payment_method_id.payment_terminal.stateOutcome(this.props.line, paid);
    }
}
