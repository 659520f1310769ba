import { onWillStart } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { isUsable } from "../refund_choice";
import { VivaWalletLineStatus } from "./line_status";

/** What becomes of one line that pays money back, and what the cashier can do about it. */
export class VivaWalletRefundStatus extends VivaWalletLineStatus {
    static template = "pos_viva_wallet.RefundStatus";

    setup() {
        super.setup();
        // After the page was reloaded, or by another device, the line knows only its session.
        onWillStart(() => {
            if (this.isEditable && !this.refund.isLoaded) {
                this.pos.vivaWalletLoadRefundable(this.props.line);
            }
        });
    }

    get refund() {
        return this.props.line.uiState?.vivaWalletRefund || {};
    }

    get cards() {
        return this.refund.cards || [];
    }

    /** The card payment that is paid back, as far as it is known here. */
    get chosen() {
        const { viva_wallet_parent_session_id } = this.props.line;
        return this.cards.find((card) => card.session_id === viva_wallet_parent_session_id);
    }

    get isEditable() {
        return ["pending", "retry"].includes(this.status);
    }

    get isByAccount() {
        const { payment_method_id } = this.props.line;
        return (this.refund.way || payment_method_id.viva_wallet_refund_way) === "account";
    }

    get canSend() {
        return (
            this.isEditable &&
            Boolean(this.props.line.viva_wallet_parent_session_id || this.refund.isUnreferenced)
        );
    }

    get canChoose() {
        return this.isEditable && this.cards.filter(isUsable).length > 1;
    }

    /** The terminal, or the card, could not do it; the account may. */
    get canGoOtherWay() {
        return this.status === "retry" && this.refund.otherWay === "account";
    }

    get canPayAnyCard() {
        return (
            this.isEditable &&
            !this.canSend &&
            this.props.line.payment_method_id.viva_wallet_unreferenced_refund &&
            this.pos.user?._role === "manager"
        );
    }

    get hasButtons() {
        return this.isEditable || this.canCancel || this.canCheckAgain;
    }

    get canCancel() {
        return super.canCancel && !this.isByAccount;
    }

    get title() {
        if (this.isStuck) {
            return super.title;
        }
        if (this.isRefused) {
            return _t("Not known whether paid back");
        }
        switch (this.status) {
            case "pending":
                return this.chosen
                    ? _t("Pay back to %s", this.nameOf(this.chosen))
                    : _t("Pay back to the card");
            case "waiting":
                return _t("Asking for the refund");
            case "waitingCard":
                return this.isUnknown ? _t("Not known whether paid back") : _t("Paying back");
            case "waitingCancel":
                return _t("Cancelling");
            case "done":
                return _t("Paid back to the card");
            default:
                return this.isUncertain ? _t("Not certain whether paid back") : _t("Not paid back");
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
                "No connection to Odoo. The money may still be paid back: the outcome appears here when the connection is back."
            );
        }
        switch (this.status) {
            case "pending":
                return this.pendingText;
            case "waiting":
                return _t("Odoo hands the amount to Viva.");
            case "waitingCard":
                return this.isUnknown ? this.flow.text : this.waitingText;
            case "waitingCancel":
                return _t(
                    "The terminal has been asked to stop. Wait until it confirms that nothing was paid back."
                );
            case "done":
                return this.card;
            case "retry":
                return this.flow.text || _t("Try again, or pay back otherwise.");
            default:
                return "";
        }
    }

    get pendingText() {
        if (this.chosen) {
            const { formatCurrency } = this.env.utils;
            return _t("%(remaining)s of %(charged)s can be paid back to this card.", {
                remaining: formatCurrency(this.chosen.remaining),
                charged: formatCurrency(this.chosen.charged),
            });
        }
        if (this.refund.isUnreferenced) {
            return _t("The money goes to whatever card is held to the terminal.");
        }
        return this.refund.isLoaded ? this.refund.text : _t("Looking for the card that paid…");
    }

    get waitingText() {
        if (this.isByAccount) {
            return _t("Viva has not answered. It is being asked whether the money was paid back.");
        }
        const { terminal } = this;
        return _t(
            "Look at terminal %s. If it asks for a card, the customer presents the one that paid.",
            terminal
        );
    }

    get stuckText() {
        if (this.isByAccount) {
            return this.isUnreachable
                ? _t(
                      "The money may still be paid back. The outcome appears here as soon as Odoo answers."
                  )
                : _t(
                      "The money may still be paid back. Wait, or look it up in your Viva account and say what it shows."
                  );
        }
        const { terminal } = this;
        if (this.isUnreachable) {
            return _t(
                "The money may still be paid back: look at terminal %s. The outcome appears here as soon as Odoo answers.",
                terminal
            );
        }
        return this.status === "waitingCancel"
            ? super.stuckText
            : _t(
                  "Look at terminal %s. While it asks for the card, the money can be paid back. Once it is done, say what it shows.",
                  terminal
              );
    }

    get statementTexts() {
        return this.isByAccount
            ? { paid: _t("Viva shows the refund"), notPaid: _t("Viva shows no refund") }
            : {
                  paid: _t("The terminal shows the refund"),
                  notPaid: _t("The terminal shows no refund"),
              };
    }

    nameOf(card) {
        return [card.card_brand || card.method, card.card_no && `•••• ${card.card_no}`]
            .filter(Boolean)
            .join(" ");
    }

    chooseAnother() {
        return this.pos.vivaWalletPickCard(this.props.line);
    }

    goOtherWay() {
        this.pos.vivaWalletSetRefund(this.props.line, { way: "account" });
        return this.props.sendPaymentRequest(this.props.line);
    }

    payAnyCard() {
        return this.pos.vivaWalletAllowAnyCard(this.props.line);
    }
}
