import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { addRefundedLineIds, refundedIdsByLine } from "../refunded_lines";

patch(PosOrder.prototype, {
    /** Override: a refund keeps its link to the sale, also when the page does not have the sale. */
    serializeForORM() {
        const ids = refundedIdsByLine(this);
        return addRefundedLineIds(super.serializeForORM(...arguments), ids);
    },
});
