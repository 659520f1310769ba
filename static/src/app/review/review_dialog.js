import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { VivaWalletReviewList } from "./review_list";

/** Lists the card payments of this register that a person must look at, as long as there are any. */
export class VivaWalletReviewDialog extends Component {
    static template = "pos_viva_wallet.ReviewDialog";
    static components = { Dialog, VivaWalletReviewList };
    static props = { close: Function };

    setup() {
        this.reviews = useState(usePos().vivaWallet.reviews.state);
    }
}
