import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

const FORM = ".modal .o_form_view";
const METHOD_CELL = `${FORM} .o_field_widget[name=payment_ids] .o_data_row [name=payment_method_id]`;

function editPayment(method) {
    return [
        Till.click(".receipt-screen .edit-order-payment"),
        Till.click(`${FORM} .o_notebook .nav-link[name=payments]`),
        Till.click(METHOD_CELL),
        {
            content: `look for ${method}`,
            trigger: `${METHOD_CELL} input`,
            run: `edit ${method}`,
        },
        Till.click(`.o-autocomplete--dropdown-item:contains("${method}")`),
        Till.click(".modal .o_form_button_save"),
    ];
}

// Cash is corrected to card: nobody has charged a card, so somebody must look.
Till.addTour("viva_wallet_edited_to_card", () => [
    Till.enterProduct(),
    ProductScreen.clickPayButton(),
    PaymentScreen.clickPaymentMethod("Cash"),
    PaymentScreen.clickValidate(),
    ReceiptScreen.isShown(),
    editPayment(Till.METHOD),
    ReceiptScreen.paymentLineContains(Till.METHOD, "12.34"),
    {
        content: "the receipt does not pass it off as a card payment",
        trigger: '.receipt-screen .o_viva_wallet_by_hand:contains("Entered by hand")',
    },
    {
        content: "told at once",
        trigger: '.o_notification:contains("A card payment needs attention")',
    },
    Till.click('.o_notification button:contains("What to do")'),
    {
        content: "what it is about",
        trigger: '.modal:contains("12.34"):contains("Viva knows of no such charge")',
    },
]);
