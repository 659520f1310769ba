import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import { elementDoesNotExist } from "@point_of_sale/../tests/generic_helpers/utils";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

const ODOO_LINE = ".paymentline.electronic_payment";

// The method of Odoo's own module has the buttons and the words that Odoo gives it.
Till.addTour("viva_wallet_beside_viva_com", () => [
    Till.enterProduct(),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Bundled"),
    {
        content: "Odoo's own words",
        trigger: `${ODOO_LINE} .electronic_status:contains("Waiting for card")`,
    },
    { content: "Odoo's own Cancel", trigger: `${ODOO_LINE} .send_payment_cancel` },
    elementDoesNotExist(Till.LINE),
    Till.click(`${ODOO_LINE} .send_force_done`),
    ReceiptScreen.isShown(),
    ReceiptScreen.clickNextOrder(),

    Till.pay(),
    Till.customer("approve"),
    ReceiptScreen.isShown(),
]);
