import { patch } from "@web/core/utils/patch";
import { PosPaymentProviderCards } from "@point_of_sale/backend/pos_payment_provider_cards/pos_payment_provider_cards";

const CARD = {
    id: "viva_wallet",
    selection: "viva_wallet",
    name: "pos_viva_wallet",
    provider: "Viva Wallet",
    state: "installed",
};

// The list of point_of_sale is fixed, and so is the folder of its logos.
patch(PosPaymentProviderCards.prototype, {
    get vivaWalletCards() {
        return [...this.state.providers, CARD];
    },

    vivaWalletLogo(provider) {
        return provider === CARD
            ? "/pos_viva_wallet/static/description/icon.png"
            : `/point_of_sale/static/img/providers/${provider.selection}.png`;
    },

    async setupProvider(moduleId) {
        if (moduleId !== CARD.id) {
            return super.setupProvider(...arguments);
        }
        await this.props.record.update({
            payment_method_type: "terminal",
            use_payment_terminal: CARD.selection,
            name: this.props.record.data.name || CARD.provider,
        });
    },
});
