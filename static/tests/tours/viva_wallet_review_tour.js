import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Till from "@pos_viva_wallet/../tests/tours/utils/viva_wallet_util";

const ALERT = ".o_viva_wallet_review_alert";

function shows(trigger) {
    return { content: `${trigger} is shown`, trigger };
}

Till.addTour("viva_wallet_review", () => [
    shows(`${ALERT} .badge:contains("1")`),
    Till.click(ALERT),
    shows(`.modal .o_viva_wallet_review_entry:contains("no paid order")`),
    Till.click(`.modal-footer button:contains("Close")`),

    // What comes while the till is open is announced, what is resolved goes.
    Till.simulator("flag"),
    shows(`${ALERT} .badge:contains("2")`),
    shows(`.o_notification:contains("needs attention")`),
    Till.simulator("resolve"),
    shows(`${ALERT} .badge:contains("1")`),

    Chrome.clickMenuOption("Close Register"),
    shows(`.close-pos-popup .o_viva_wallet_closing_reviews:contains("could not say")`),
    {
        ...Till.click(`.close-pos-popup .modal-footer button:contains("Close Register")`),
        expectUnloadPage: true,
    },
    shows("body:not(:has(.close-pos-popup))"),
]);
