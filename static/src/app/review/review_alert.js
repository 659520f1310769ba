import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { VivaWalletReviewDialog } from "./review_dialog";

/** Button in the bar of the till, there only while a card payment needs attention. */
export class VivaWalletReviewAlert extends Component {
    static template = "pos_viva_wallet.ReviewAlert";
    static props = {};

    setup() {
        this.reviews = useState(usePos().vivaWallet.reviews.state);
        this.dialog = useService("dialog");
    }

    open() {
        this.dialog.add(VivaWalletReviewDialog);
    }
}

Navbar.components = { ...Navbar.components, VivaWalletReviewAlert };
