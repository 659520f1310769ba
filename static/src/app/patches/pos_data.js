import { patch } from "@web/core/utils/patch";
import { PosData } from "@point_of_sale/app/services/data_service";
import { keepPaymentLines, limitOrderCall, lostAfterTimeout, refusedOrders } from "../order_calls";

patch(PosData.prototype, {
    /** Override: the last moment before the answer of the server replaces the records. */
    async missingRecursive() {
        const records = await lostAfterTimeout(super.missingRecursive(...arguments));
        this.vivaWalletOrderSync?.recordEdits();
        return records;
    },

    /** Override: tables are not linked when their orders stay apart. */
    write(model, ids, vals) {
        return this.vivaWalletTables?.dropsLink(model, ids, vals) ? [] : super.write(...arguments);
    },

    /**
     * Override: limit how long saving and deleting an order may take, keep payment lines, and note
     * what is refused.
     */
    async call(model, method, args, ...others) {
        const kept = keepPaymentLines(this.models, method, args);
        const call = super.call(model, method, kept, ...others);
        try {
            return await limitOrderCall(this.models, method, kept, call);
        } catch (error) {
            for (const uuid of refusedOrders(method, kept, error)) {
                this.vivaWalletOrderSync?.pos.vivaWallet.completion.reopenRefused(uuid, error);
            }
            throw error;
        }
    },
});
