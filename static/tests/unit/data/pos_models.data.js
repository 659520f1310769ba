import { patch } from "@web/core/utils/patch";
import { PosPayment } from "@point_of_sale/../tests/unit/data/pos_payment.data";
import { PosPaymentMethod } from "@point_of_sale/../tests/unit/data/pos_payment_method.data";

const SESSIONS = ["viva_wallet_session_id", "viva_wallet_parent_session_id"];

patch(PosPaymentMethod.prototype, {
    _load_pos_data_fields() {
        return [
            ...super._load_pos_data_fields(),
            "viva_wallet_terminal_id",
            "viva_wallet_receipt",
            "viva_wallet_refund_way",
            "viva_wallet_unreferenced_refund",
        ];
    },
});

patch(PosPayment.prototype, {
    /** An empty list means all fields; a list of some other module means only its own. */
    _load_pos_data_fields() {
        const fields = super._load_pos_data_fields();
        return fields.length ? [...fields, ...SESSIONS] : fields;
    },
});
