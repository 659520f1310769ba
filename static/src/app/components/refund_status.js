import { onWillStart } from "@odoo/owl";
import { isManager } from "../cashier";
import { isUsable } from "../refund_choice";
import { refundStatements, refundText, refundTitle } from "../refund_texts";
import { VivaWalletLineStatus } from "./line_status";

/** The status of one line that pays money back. */
export class VivaWalletRefundStatus extends VivaWalletLineStatus {
    static template = "pos_viva_wallet.RefundStatus";
    static frameClass = "o_viva_wallet_refund_status";

    setup() {
        super.setup();
        // After the page was reloaded, or by another device, the line knows only its session.
        onWillStart(() => {
            if (this.situation.canSend && !this.refund.isLoaded) {
                this.pos.vivaWallet.refunds.load(this.props.line);
            }
        });
    }

    get title() {
        return refundTitle(this.situation.name, this.textContext);
    }

    get text() {
        return refundText(this.situation.nameOfText, this.textContext);
    }

    get statements() {
        return refundStatements(this.isByAccount);
    }

    get textContext() {
        const { refund, chosen: card, isByAccount } = this;
        return { ...super.textContext, refund, card, isByAccount };
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

    get isByAccount() {
        const { payment_method_id } = this.props.line;
        return (this.refund.way || payment_method_id.viva_wallet_refund_way) === "account";
    }

    get canSend() {
        return this.situation.canSend && this.props.line.isVivaWalletRefundReady();
    }

    get canChoose() {
        return this.situation.canSend && this.cards.filter(isUsable).length > 1;
    }

    /** The terminal, or the card, could not do it; the account may. */
    get canGoOtherWay() {
        return this.status === "retry" && this.refund.otherWay === "account";
    }

    get canPayAnyCard() {
        return (
            this.situation.canSend &&
            !this.canSend &&
            this.props.line.payment_method_id.viva_wallet_unreferenced_refund &&
            isManager(this.pos)
        );
    }

    get canCancel() {
        return super.canCancel && !this.isByAccount;
    }

    chooseAnother() {
        return this.pos.vivaWallet.refunds.pickCard(this.props.line);
    }

    goOtherWay() {
        this.pos.vivaWallet.refunds.set(this.props.line, { way: "account" });
        return this.props.sendPaymentRequest(this.props.line);
    }

    payAnyCard() {
        return this.pos.vivaWallet.refunds.allowAnyCard(this.props.line);
    }
}
