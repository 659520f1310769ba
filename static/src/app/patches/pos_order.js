import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";

/**
 * A page that was loaded anew has a refund, but not the sale that it pays back: that is finished.
 * Of the refunded lines only the ids are left then, in the raw values of the lines.
 */
patch(PosOrder.prototype, {
    /** @returns {number[]} ids of the lines, known to the server, that this order pays back */
    vivaWalletRefundedLines() {
        return this.lines
            .map((line) => line.raw.refunded_orderline_id)
            .filter((id) => typeof id === "number");
    },

    /** Override: the server would be told that the order pays back nothing. */
    serializeForORM() {
        const refunded = new Map(
            this.lines.map((line) => [line.uuid, line.raw.refunded_orderline_id])
        );
        const data = super.serializeForORM(...arguments);
        for (const [, , values] of data.lines || []) {
            const id = values?.uuid && refunded.get(values.uuid);
            if (typeof id === "number") {
                values.refunded_orderline_id = id;
            }
        }
        return data;
    },
});
