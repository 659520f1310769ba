import { patch } from "@web/core/utils/patch";
import { PosData } from "@point_of_sale/app/services/data_service";
import { limitOrderCall, lostAfterTimeout, refusedOrders } from "../order_calls";

patch(PosData.prototype, {
    /** Override: the last moment before the answer of the server replaces the records. */
    async missingRecursive() {
        const records = await lostAfterTimeout(super.missingRecursive(...arguments));
        this.vivaWalletOrderSync?.recordEdits();
        return records;
    },

    /** Override: limit how long saving and deleting an order may take; note what is refused. */
    async call(model, method, args) {
        const call = super.call(...arguments);
        try {
            return await limitOrderCall(this.models, method, args, call);
        } catch (error) {
            for (const uuid of refusedOrders(method, args, error)) {
                this.vivaWalletOrderSync?.pos.vivaWallet.completion.reopenRefused(uuid, error);
            }
            throw error;
        }
    },
});
