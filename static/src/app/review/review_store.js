import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { debounce } from "@web/core/utils/timing";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { atMost, inTime } from "../in_time";
import { timing } from "../timing";
import { VivaWalletReviewDialog } from "./review_dialog";

patch(PosStore.prototype, {
    async setup() {
        /** Card payments of this register that a person must look at. */
        this.vivaWalletReviews = [];
        this.vivaWalletHearOfReview = debounce(
            () => this.vivaWalletLoadReviews({ announce: true }),
            timing.SAME_MESSAGE
        );
        await super.setup(...arguments);
        this.data.connectWebSocket("VIVA_WALLET_REVIEW", () => this.vivaWalletHearOfReview());
        window.addEventListener("pos-network-online", () => this.vivaWalletHearOfReview());
    },

    async afterProcessServerData() {
        const ready = super.afterProcessServerData(...arguments);
        atMost(ready, timing.LOAD).then(() => this.vivaWalletLoadReviews());
        return ready;
    },

    /**
     * Fetch what is on review. Without an answer, what is known stays.
     *
     * @param {Object} [options]
     * @param {boolean} [options.announce] tell the cashier of what was not known yet
     */
    async vivaWalletLoadReviews({ announce = false } = {}) {
        const usesViva = this.config.payment_method_ids.some(
            (method) => method.use_payment_terminal === "viva_wallet"
        );
        if (!usesViva) {
            return;
        }
        const known = new Set(this.vivaWalletReviews.map((entry) => entry.session_id));
        try {
            this.vivaWalletReviews = await inTime(
                this.env.services.orm.silent.call("viva.wallet.till", "open_reviews", [
                    this.config.id,
                ]),
                timing.QUESTION
            );
        } catch {
            return;
        }
        this.vivaWalletNotices.review();
        if (announce) {
            this.vivaWalletReviews
                .filter((entry) => !known.has(entry.session_id))
                .forEach((entry) => this._vivaWalletAnnounce(entry));
        }
    },

    _vivaWalletAnnounce(entry) {
        const isTrue = () =>
            this.vivaWalletReviews.some(({ session_id }) => session_id === entry.session_id);
        const buttons = [
            {
                name: _t("What to do"),
                onClick: () => this.dialog.add(VivaWalletReviewDialog),
            },
        ];
        this.vivaWalletNotices.tell(
            _t("A card payment needs attention: %s", entry.title),
            { type: "warning", buttons },
            isTrue
        );
    },
});
