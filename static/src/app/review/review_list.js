import { Component } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";

const { DateTime } = luxon;

/** Card payments that a person must look at: what happened, what to do. */
export class VivaWalletReviewList extends Component {
    static template = "pos_viva_wallet.ReviewList";
    static props = {
        /** as `viva.wallet.till.open_reviews` gives them */
        entries: { type: Array, element: Object },
        /** leave out what to do */
        brief: { type: Boolean, optional: true },
    };

    /** @returns {string} when it was noticed, as people here write it */
    time(entry) {
        return deserializeDateTime(entry.time).toLocaleString(DateTime.DATETIME_MED);
    }
}
