import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { ReceiptHeader } from "@point_of_sale/app/screens/receipt_screen/receipt/receipt_header/receipt_header";
import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { timing } from "../timing";
import { TimeoutError, withTimeout } from "../with_timeout";
import { VivaWalletSlip } from "./receipt_slip";

/** @returns {Object[]} the payments of an order that have a card slip */
function slipPayments(order) {
    return order.payment_ids.filter((payment) => payment.isVivaWallet() && payment.transaction_id);
}

/** The card slips of an order, for the shop to keep. */
export class VivaWalletMerchantCopy extends Component {
    static template = "pos_viva_wallet.MerchantCopy";
    static components = { ReceiptHeader, VivaWalletSlip };
    static props = { order: Object };

    get payments() {
        return slipPayments(this.props.order);
    }
}

/** Prints the merchant copy; not there for an order without a card charge. */
export class VivaWalletMerchantCopyButton extends Component {
    static template = "pos_viva_wallet.MerchantCopyButton";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.print = useTrackedAsync(() => this.printCopy());
    }

    async printCopy() {
        const printing = this.pos.printer.print(
            VivaWalletMerchantCopy,
            { order: this.props.order },
            this.pos.printOptions
        );
        try {
            await withTimeout(printing, timing.PRINT);
        } catch (error) {
            if (!(error instanceof TimeoutError)) {
                throw error;
            }
            this.pos.notification.add(
                _t("The printer does not answer. Check it, then print the merchant copy again."),
                { type: "warning" }
            );
        }
    }

    get isOffered() {
        return slipPayments(this.props.order).length > 0;
    }
}

for (const screen of [ReceiptScreen, TicketScreen]) {
    screen.components = { ...screen.components, VivaWalletMerchantCopyButton };
}
