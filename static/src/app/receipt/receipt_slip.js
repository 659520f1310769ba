import { Component } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { OrderReceipt } from "@point_of_sale/app/screens/receipt_screen/receipt/order_receipt";
import { cardSlip, isByHand } from "./card_slip";

/** The card slip of one payment: all that is known, or one line; see the payment method. */
export class VivaWalletSlip extends Component {
    static template = "pos_viva_wallet.Slip";
    static props = {
        payment: Object,
        detail: { type: String, optional: true },
    };

    get slip() {
        const { payment } = this.props;
        const currency = payment.pos_order_id.currency.id;
        return cardSlip(payment, (amount) => formatCurrency(amount, currency));
    }

    get isByHand() {
        return isByHand(this.props.payment);
    }

    /** @returns {"full"|"line"|"none"} */
    get detail() {
        const { payment, detail } = this.props;
        return detail || payment.payment_method_id.viva_wallet_receipt || "full";
    }

    /** What fits into one line. */
    get line() {
        const { payment_method_authcode, payment_ref_no } = this.props.payment;
        return [this.slip.card, payment_method_authcode || payment_ref_no]
            .filter(Boolean)
            .join(" · ");
    }
}

OrderReceipt.components = { ...OrderReceipt.components, VivaWalletSlip };
