/**
 * The till that the benchmark sells with; see till_page.mjs. Times are seconds since 1970, taken
 * inside the page.
 */
import { TillPage, serve } from "../till_page.mjs";

/** Runs in the page before anything else: notes when things happened and were shown. */
function watchPage() {
    const marks = (window.benchMarks = {});
    const note = (name) => (marks[name] ??= Date.now() / 1000);
    const isPaid = () => {
        const status = document.querySelector(
            ".payment-screen .electronic_payment .electronic_status"
        );
        return (
            document.querySelector('.o_viva_wallet_line_status[data-status="done"]') ||
            status?.textContent.includes("Payment Successful")
        );
    };
    document.addEventListener(
        "click",
        (event) => event.target.closest(".paymentmethod") && note("clicked"),
        true
    );
    new MutationObserver(() => {
        if (!marks.clicked || marks.receipt) {
            return;
        }
        if (isPaid()) {
            note("paid");
        }
        if (document.querySelector(".receipt-screen")) {
            note("receipt");
        }
    }).observe(document, { childList: true, subtree: true, attributeFilter: ["data-status"] });
}

class Till extends TillPage {
    /** Put a product into the empty order and tap a payment method. */
    async pay({ product, method }) {
        this.rpcs = [];
        await this.page.evaluate(() => {
            for (const name of Object.keys(window.benchMarks)) {
                delete window.benchMarks[name];
            }
        });
        await this.page.locator(`.product:has-text("${product}")`).first().click();
        await this.page.locator(".pay-order-button:visible").first().click();
        await this.page.locator(`.payment-screen .paymentmethod:has-text("${method}")`).click();
        return this.page.evaluate(() => ({ ...window.benchMarks }));
    }

    /** Wait for the receipt. */
    async receipt() {
        await this.page.waitForSelector(".receipt-screen");
        return this.page.evaluate(() => ({ ...window.benchMarks }));
    }

    /** Wait until the till has nothing more to say to the server; tell what it said for this sale. */
    async settle() {
        await this.quiet();
        return { rpcs: this.rpcs };
    }

    /** Begin the next order. */
    async next() {
        await this.page.locator(".receipt-screen button[name=done]:visible").click();
        await this.page.waitForSelector(".product-screen .product");
        return {};
    }
}

const till = await Till.launch(watchPage);
await serve(till, ["open", "pay", "receipt", "settle", "next", "describe"]);
