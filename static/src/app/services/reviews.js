import { reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { VivaWalletReviewDialog } from "../review/review_dialog";

/** The card payments of this register that a person must look at. */
export class Reviews {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** For components; `entries` are those of `open_reviews` of the server. */
        this.state = reactive({ entries: [] });
    }

    /**
     * Fetch what is on review. Without an answer, what is known stays.
     *
     * @param {Object} [options]
     * @param {boolean} [options.announce] tell the cashier of what was not known yet
     */
    async load({ announce = false } = {}) {
        const { config, vivaWallet } = this.pos;
        const usesViva = config.payment_method_ids.some(
            (method) => method.use_payment_terminal === "viva_wallet"
        );
        if (!usesViva) {
            return;
        }
        const known = new Set(this.state.entries.map((entry) => entry.session_id));
        try {
            this.state.entries = await vivaWallet.rpc.openReviews(config.id);
        } catch {
            return;
        }
        vivaWallet.notices.closeOutdated();
        if (announce) {
            this.state.entries
                .filter((entry) => !known.has(entry.session_id))
                .forEach((entry) => this._announce(entry));
        }
    }

    _announce(entry) {
        const isTrue = () =>
            this.state.entries.some(({ session_id }) => session_id === entry.session_id);
        const buttons = [
            {
                name: _t("What to do"),
                onClick: () => this.pos.dialog.add(VivaWalletReviewDialog),
            },
        ];
        this.pos.vivaWallet.notices.add(
            _t("A card payment needs attention: %s", entry.title),
            { type: "warning", buttons },
            isTrue
        );
    }
}
