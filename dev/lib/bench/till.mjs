/**
 * The till in a browser. Commands come as lines of JSON on standard input, `{"command": "pay", ...}`;
 * each is answered by one line on standard output, `{"result": {...}}` or `{"error": "..."}`.
 * It ends with its standard input. Times are seconds since 1970, taken inside the page.
 *
 * Usage: node till.mjs TOOLS_FOLDER BROWSER SCREENSHOT
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [toolsFolder, browserPath, screenshotPath] = process.argv.slice(2);
const { chromium } = createRequire(`${toolsFolder}/`)("playwright-core");

const OPEN_MILLISECONDS = 90_000;
const STEP_MILLISECONDS = 30_000;
const QUIET_MILLISECONDS = 300;
const RPC_PATH = "/web/dataset/";

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

class Till {
    constructor(browser, page) {
        this.browser = browser;
        this.page = page;
        this.rpcs = [];
        this.openRequests = new Set();
        this.lastTraffic = Date.now();
        this.complaints = [];
        page.setDefaultTimeout(STEP_MILLISECONDS);
        page.on("request", (request) => this.onRequest(request));
        page.on("requestfinished", (request) => this.onAnswer(request));
        page.on("requestfailed", (request) => this.onAnswer(request));
        page.on("pageerror", (error) => this.complaints.push(String(error)));
        page.on("console", (message) => {
            if (message.type() === "error") {
                this.complaints.push(message.text());
            }
        });
    }

    static async launch() {
        const browser = await chromium.launch({
            executablePath: browserPath,
            args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        await page.addInitScript(watchPage);
        return new Till(browser, page);
    }

    onRequest(request) {
        const { pathname } = new URL(request.url());
        if (pathname.startsWith(RPC_PATH)) {
            this.rpcs.push(pathname.split("/").slice(-2).join("."));
            this.openRequests.add(request);
            this.lastTraffic = Date.now();
        }
    }

    onAnswer(request) {
        if (this.openRequests.delete(request)) {
            this.lastTraffic = Date.now();
        }
    }

    /** Log in and open the register's till, ready to sell. */
    async open({ url, login, password, register }) {
        await this.page.goto(`${url}/web/login`);
        await this.page.fill("input[name=login]", login);
        await this.page.fill("input[name=password]", password);
        await this.page.click("button[type=submit]");
        await this.page.waitForURL((address) => !address.pathname.startsWith("/web/login"));
        await this.page.goto(`${url}/pos/ui/${register}`);
        const products = this.page.locator(".product-screen .product").first();
        const welcome = this.page.locator(".screen-login button").first();
        await products.or(welcome).first().waitFor({ timeout: OPEN_MILLISECONDS });
        if (await welcome.isVisible()) {
            await welcome.click();
        }
        await products.waitFor();
        await this.quiet();
        return {};
    }

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

    async quiet() {
        const deadline = Date.now() + STEP_MILLISECONDS;
        while (this.openRequests.size || Date.now() - this.lastTraffic < QUIET_MILLISECONDS) {
            if (Date.now() > deadline) {
                throw new Error("The till did not stop talking to the server.");
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }

    /** Say what is on the screen, for the message about a failure. */
    async describe() {
        const lines = [];
        try {
            const dialogs = await this.page.locator(".modal-content").allInnerTexts();
            lines.push(...dialogs.map((text) => `dialog: ${text.replaceAll(/\s+/g, " ")}`));
            await this.page.screenshot({ path: screenshotPath });
            lines.push(`screenshot: ${screenshotPath}`);
        } catch (failure) {
            lines.push(`no screenshot: ${String(failure).split("\n")[0]}`);
        }
        const complaints = this.complaints.slice(-5).map((text) => `console: ${text}`);
        return { lines: [...lines, ...complaints] };
    }
}

const COMMANDS = new Set(["open", "pay", "receipt", "settle", "next", "describe"]);

async function answer(till, line) {
    const { command, ...options } = JSON.parse(line);
    if (!COMMANDS.has(command)) {
        return { error: `There is no command ${command}.` };
    }
    try {
        return { result: await till[command](options) };
    } catch (error) {
        const { lines } = await till.describe();
        return { error: [String(error.message || error).split("\n")[0], ...lines].join("\n") };
    }
}

const till = await Till.launch();
for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await answer(till, line))}\n`);
}
await till.browser.close();
