/** One terminal: its screen, and what the customer can do at it. */

import { TITLES, amount, isOpen, lastPayment, minorUnits, total } from "./format.js";
import { $, actionPath, follow, send } from "./link.js";

const terminalId = decodeURIComponent(location.pathname.split("/")[2]);
const buttons = document.querySelectorAll(".buttons button");
const KEYS = { t: "tap", i: "insert", d: "decline", c: "cancel", n: "ignore" };
const AUTOPILOT_SECONDS = 3;
const CIRCLE = "M5 32a27 27 0 1 0 54 0a27 27 0 1 0-54 0";
const STOPPED = `${CIRCLE}M20 32h24`;
/** Paths of the pictures on the screen, in a square of 64. */
const SYMBOLS = {
    idle: "M11 14h42q5 0 5 5v26q0 5-5 5h-42q-5 0-5-5v-26q0-5 5-5zM6 25h52M14 40h12",
    present:
        "M18 22c4 6 4 14 0 20M27 16c7 10 7 22 0 32M36 10c10 13 10 31 0 44M45 5c13 16 13 38 0 54",
    processing: "M32 8a24 24 0 0 1 24 24",
    approved: `${CIRCLE}M19 33l9 9 17-19`,
    declined: `${CIRCLE}M22 22l20 20M42 22L22 42`,
    cancelled: STOPPED,
    aborted: STOPPED,
    timed_out: `${CIRCLE}M32 17v16l10 8`,
    asleep: "M44 40A22 22 0 0 1 24 12a22 22 0 1 0 28 28 22 22 0 0 1-8 0z",
};

let current = null;
let timesOutAt = 0;
let sessionSeconds = 60;

// -- the screen -----------------------------------------------------------------------------

function hint({ screen, session, queued, last }) {
    switch (screen) {
        case "idle":
            return last ? lastPayment(last) : "Send a payment from the till";
        case "approved":
            return session.card ? `${session.card} •••• ${session.last_four}` : "Thank you";
        case "declined":
        case "aborted":
            return `${session.message} (${session.event_id})`;
        case "timed_out":
            return "No card was presented";
        case "cancelled":
            return "Cancelled on the terminal";
        case "asleep":
            return queued ? "A payment is waiting, not shown" : "The screen is off";
        default:
            return "";
    }
}

function isRefund(session) {
    return Boolean(session) && session.kind !== "sale";
}

function renderScreen(terminal) {
    const session = terminal.session;
    const tip = session?.charged_tip ?? session?.tip_amount;
    const text = total(session);
    $("screen").dataset.screen = terminal.screen;
    $("amount").classList.toggle("long", text.length > 12);
    $("symbol").setAttribute("d", SYMBOLS[terminal.screen]);
    $("kind").textContent = session && (isRefund(session) ? "Refund" : "Payment");
    $("amount").textContent = text;
    $("tip-line").textContent = tip ? `including a tip of ${amount(tip, session)}` : "";
    $("title").textContent = TITLES[terminal.screen];
    $("hint").textContent = hint(terminal);
    $("reference").textContent = session?.merchant_reference;
    document.title = text ? `${text} – ${TITLES[terminal.screen]}` : terminal.name;
}

/** Show how much time is left for paying. */
function tick() {
    $("progress").hidden = !current || !isOpen(current);
    if ($("progress").hidden) {
        return;
    }
    const left = Math.max(0, (timesOutAt - performance.now()) / 1000);
    $("progress").style.width = `${(100 * left) / sessionSeconds}%`;
    const who = current.session.ignored ? "The customer does nothing. " : "";
    $("hint").textContent = `${who}Times out in ${Math.ceil(left)} s`;
}

// -- the controls -----------------------------------------------------------------------------

function fill(select, items) {
    if (select.options.length !== items.length) {
        select.replaceChildren(...items.map(([value, label]) => new Option(label, value)));
    }
}

function renderControls(news, terminal) {
    const processing = terminal.screen === "processing";
    const isFirst = !$("card").options.length;
    const cards = news.cards.map((card) => [card.code, card.label]);
    const reasons = news.reasons.map(({ event_id, label }) => [event_id, `${label} (${event_id})`]);
    fill($("card"), cards);
    fill($("reason"), reasons);
    if (isFirst) {
        $("card").value = terminal.card;
    }
    for (const button of buttons) {
        button.disabled = !isOpen(terminal) || (processing && button.dataset.action === "insert");
    }
    $("tap").textContent = processing ? "Enter PIN" : "Tap card";
    $("card").disabled = processing;
    $("unit").textContent = terminal.session ? `(${terminal.session.currency})` : "";
    $("tip").disabled = isRefund(terminal.session);
    $("wake").hidden = terminal.screen !== "asleep";
    $("asleep").checked = terminal.asleep;
    $("endless").checked = terminal.endless_202;
    $("autopilot").value = terminal.autopilot?.outcome ?? "";
}

function render(news) {
    const [terminal] = news.terminals;
    if (terminal.session?.session_id !== current?.session?.session_id) {
        $("problem").textContent = "";
    }
    current = terminal;
    sessionSeconds = news.session_seconds || 1;
    timesOutAt = performance.now() + 1000 * (terminal.session?.left ?? 0);
    $("shop").textContent = news.shop_name;
    $("name").textContent = terminal.name;
    $("terminal-id").textContent = terminal.terminal_id;
    renderScreen(terminal);
    renderControls(news, terminal);
    tick();
}

async function act(action) {
    const options = {};
    if (["tap", "insert", "decline"].includes(action)) {
        options.card = $("card").value;
    }
    if (action === "decline") {
        options.event_id = Number($("reason").value);
    }
    if (action === "tap" && !$("tip").disabled) {
        options.tip = minorUnits($("tip").value, current.session.exponent);
    }
    if (options.tip === null) {
        $("problem").textContent = "The tip is not an amount. Write it like 1.50.";
        $("tip").focus();
    } else if ((await send(actionPath(terminalId, action), options)) && action === "tap") {
        $("tip").value = "";
    }
}

function set(options) {
    return send(actionPath(terminalId, "settings"), options);
}

for (const button of buttons) {
    button.onclick = () => act(button.dataset.action);
}
document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, select");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
        return;
    }
    const action = KEYS[event.key.toLowerCase()];
    if (action && !document.querySelector(`[data-action=${action}]`).disabled) {
        event.preventDefault();
        act(action);
    }
});
$("wake").onclick = () => set({ asleep: false });
$("asleep").onchange = ({ target }) => set({ asleep: target.checked });
$("endless").onchange = ({ target }) => set({ endless_202: target.checked });
$("autopilot").onchange = ({ target: { value: outcome } }) =>
    set({ autopilot: outcome ? { outcome, after: AUTOPILOT_SECONDS } : null });

setInterval(tick, 500);
follow(terminalId, render);
