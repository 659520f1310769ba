import { patch } from "@web/core/utils/patch";
import { PosData } from "@point_of_sale/app/services/data_service";
import { limitOrderCall, lostAfterTimeout } from "../order_calls";

patch(PosData.prototype, {
    /** Override: the last moment before the answer of the server replaces the records. */
    async missingRecursive() {
        const records = await lostAfterTimeout(super.missingRecursive(...arguments));
        this.vivaWalletOrderSync?.recordEdits();
        return records;
    },

    /** Override: limit how long saving and deleting an order may take. */
    async call(model, method, args) {
        return limitOrderCall(this.models, method, args, super.call(...arguments));
    },
});
