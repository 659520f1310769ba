import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { VivaWalletLineStatus } from "./line_status";
import { VivaWalletRefundStatus } from "./refund_status";

PaymentScreenPaymentLines.components = {
    ...PaymentScreenPaymentLines.components,
    VivaWalletLineStatus,
    VivaWalletRefundStatus,
};
