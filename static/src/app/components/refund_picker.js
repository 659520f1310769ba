import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { isUsable } from "../refund_choice";

/** Lets the cashier choose the card payment that a refund pays back. */
export class VivaWalletRefundPicker extends Component {
    static template = "pos_viva_wallet.RefundPicker";
    static components = { Dialog };
    static props = {
        cards: Array,
        others: Array,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.isUsable = isUsable;
    }

    date(card) {
        return formatDateTime(deserializeDateTime(card.date), { showSeconds: false });
    }

    amount(value) {
        return this.env.utils.formatCurrency(value);
    }

    choose(card) {
        this.props.getPayload(card);
        this.props.close();
    }
}
