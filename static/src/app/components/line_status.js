import { Component } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { LineSituation } from "../line_situation";

/**
 * What the terminal is doing for one payment line, and what the cashier can do about it: the frame that
 * sales and refunds share. They add their texts and the buttons before it.
 */
export class VivaWalletLineStatus extends Component {
    /** Class of the frame, besides that of all lines. */
    static frameClass = "";
    static props = {
        line: Object,
        sendPaymentRequest: Function,
        sendPaymentCancel: Function,
        sendPaymentReverse: { type: Function, optional: true },
    };

    setup() {
        this.pos = usePos();
    }

    get situation() {
        return new LineSituation(this.props.line);
    }

    get status() {
        return this.props.line.payment_status;
    }

    /** True, or undefined: the attribute that shows it is then left out. */
    get isUnknown() {
        return this.situation.isUnknown || undefined;
    }

    /** As `isUnknown`. */
    get isStuck() {
        return this.situation.isStuck || undefined;
    }

    /** What the texts of the line depend on. */
    get textContext() {
        const { line } = this.props;
        return {
            line,
            flow: this.situation.flow,
            status: this.status,
            config: this.pos.config,
            formatCurrency: (amount) => this.env.utils.formatCurrency(amount),
        };
    }

    get canCancel() {
        return this.situation.canCancel;
    }

    get hasButtons() {
        return this.situation.canSend || this.canCancel || this.situation.canCheckAgain;
    }

    checkAgain() {
        this.pos.vivaWallet.flows.wake(this.props.line);
    }

    stateOutcome(paid) {
        this.pos.vivaWallet.flows.stateOutcome(this.props.line, paid);
    }
}
