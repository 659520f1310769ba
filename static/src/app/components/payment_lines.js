import { PaymentScreenPaymentLines } from "@point_of_sale/app/screens/payment_screen/payment_lines/payment_lines";
import { VivaWalletSaleStatus } from "./sale_status";
import { VivaWalletRefundStatus } from "./refund_status";

PaymentScreenPaymentLines.components = {
    ...PaymentScreenPaymentLines.components,
    VivaWalletSaleStatus,
    VivaWalletRefundStatus,
};
