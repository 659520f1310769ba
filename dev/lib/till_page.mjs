/**
 * The till in a browser, as a program that takes commands: they come as lines of JSON on standard
 * input, `{"command": "open", ...}`; each is answered by one line on standard output,
 * `{"result": {...}}` or `{"error": "..."}`. It ends with its standard input.
 *
 * A script that extends it is called as: node SCRIPT TOOLS_FOLDER BROWSER SCREENSHOT
 */
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [toolsFolder, browserPath, screenshotPath] = process.argv.slice(2);
const { chromium } = createRequire(`${toolsFolder}/`)("playwright-core");

const OPEN_MILLISECONDS = 90_000;
const STEP_MILLISECONDS = 30_000;
const QUIET_MILLISECONDS = 300;
const RPC_PATH = "/web/dataset/";

export class TillPage {
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

    /** @param {Function} [script] runs in the page before anything else */
    static async launch(script) {
        const browser = await chromium.launch({
            executablePath: browserPath,
            args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        if (script) {
            await page.addInitScript(script);
        }
        return new this(browser, page);
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
        await this.page.waitForURL((address) => !address.pathname.startsWith("/web/login"), {
            timeout: OPEN_MILLISECONDS,
            waitUntil: "commit",
        });
        await this.page.goto(`${url}/pos/ui/${register}`, { timeout: OPEN_MILLISECONDS });
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

/**
 * Answer commands until there are no more.
 *
 * @param {TillPage} till
 * @param {string[]} commands names of its methods
 */
export async function serve(till, commands) {
    for await (const line of createInterface({ input: process.stdin })) {
        process.stdout.write(`${JSON.stringify(await answer(till, line, commands))}\n`);
    }
    await till.browser.close();
}

async function answer(till, line, commands) {
    const { command, ...options } = JSON.parse(line);
    if (!commands.includes(command)) {
        return { error: `There is no command ${command}.` };
    }
    try {
        return { result: await till[command](options) };
    } catch (error) {
        const { lines } = await till.describe();
        return { error: [String(error.message || error).split("\n")[0], ...lines].join("\n") };
    }
}
