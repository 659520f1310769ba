import { patch } from "@web/core/utils/patch";
import { PosData } from "@point_of_sale/app/services/data_service";
import { keepPaymentLines, limitOrderCall, lostAfterTimeout } from "../order_calls";

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

    /** Override: limit how long saving and deleting an order may take, and keep payment lines. */
    async call(model, method, args, ...others) {
        const kept = keepPaymentLines(this.models, method, args);
        return limitOrderCall(
            this.models,
            method,
            kept,
            super.call(model, method, kept, ...others)
        );
    },
});
