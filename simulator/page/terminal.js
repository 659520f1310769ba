/** One terminal: its screen, and what the customer can do at it. */

import { IS_REFUND, TITLES, amount, lastPayment, minorUnits, total } from "./format.js";
import { actionPath, follow, send } from "./link.js";

const $ = (id) => document.getElementById(id);
const terminalId = decodeURIComponent(location.pathname.split("/")[2]);
const KEYS = { t: "tap", i: "insert", d: "decline", c: "cancel", n: "ignore" };
const AUTOPILOT_SECONDS = 3;

let current = null;
let timesOutAt = 0;
let sessionSeconds = 60;
let ticking = null;

// -- the screen -----------------------------------------------------------------------------

function hint(terminal) {
    const { screen, session, queued, last } = terminal;
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

function kind(session) {
    if (!session) {
        return "";
    }
    return IS_REFUND[session.kind] ? "Refund" : "Payment";
}

function tipLine(session) {
    const tip = session?.charged_tip ?? session?.tip_amount;
    return tip ? `including a tip of ${amount(tip, session)}` : "";
}

function renderScreen(terminal) {
    const session = terminal.session;
    const text = session ? amount(total(session), session) : "";
    $("screen").dataset.screen = terminal.screen;
    $("screen").dataset.length = text.length > 12 ? "long" : "short";
    $("kind").textContent = kind(session);
    $("amount").textContent = text;
    $("tip-line").textContent = tipLine(session);
    $("title").textContent = TITLES[terminal.screen];
    $("hint").textContent = hint(terminal);
    $("reference").textContent = session?.merchant_reference ?? "";
    document.title = text ? `${text} – ${TITLES[terminal.screen]}` : terminal.name;
}

function tick() {
    const open = isOpen();
    const left = Math.max(0, (timesOutAt - performance.now()) / 1000);
    $("progress").hidden = !open;
    if (!open) {
        clearInterval(ticking);
        ticking = null;
        return;
    }
    $("progress").firstElementChild.style.width = `${(100 * left) / sessionSeconds}%`;
    const seconds = `${Math.ceil(left)} s`;
    $("hint").textContent = current.session.ignored
        ? `The customer does nothing. Times out in ${seconds}`
        : `Times out in ${seconds}`;
}

// -- the controls -----------------------------------------------------------------------------

function isOpen() {
    return current?.screen === "present" || current?.screen === "processing";
}

function fill(select, items) {
    if (select.options.length !== items.length) {
        select.replaceChildren(...items.map(([value, label]) => new Option(label, value)));
    }
}

function reasonOption(reason) {
    return [reason.event_id, `${reason.label} (${reason.event_id})`];
}

function renderControls(news, terminal) {
    const processing = terminal.screen === "processing";
    const first = !$("card").options.length;
    fill(
        $("card"),
        news.cards.map((card) => [card.code, card.label])
    );
    fill($("reason"), news.reasons.map(reasonOption));
    if (first) {
        $("card").value = terminal.card;
    }
    for (const button of document.querySelectorAll(".buttons button")) {
        button.disabled = !isOpen() || (processing && button.dataset.action === "insert");
    }
    document.querySelector("[data-part=tap]").textContent = processing ? "Enter PIN" : "Tap card";
    $("card").disabled = processing;
    $("unit").textContent = terminal.session?.currency ?? "";
    $("tip").disabled = Boolean(terminal.session && IS_REFUND[terminal.session.kind]);
    $("wake").hidden = terminal.screen !== "asleep";
    $("asleep").checked = terminal.asleep;
    $("endless").checked = terminal.endless_202;
    $("autopilot").value = terminal.autopilot?.outcome ?? "";
}

function render(news) {
    const terminal = news.terminals[0];
    const isNew = terminal.session?.session_id !== current?.session?.session_id;
    current = terminal;
    sessionSeconds = news.session_seconds || 1;
    timesOutAt = performance.now() + 1000 * (terminal.session?.left ?? 0);
    $("shop").textContent = news.shop_name;
    $("name").textContent = terminal.name;
    $("terminal-id").textContent = terminal.terminal_id;
    if (isNew) {
        $("problem").textContent = "";
    }
    renderScreen(terminal);
    renderControls(news, terminal);
    tick();
    if (isOpen()) {
        ticking ??= setInterval(tick, 500);
    }
}

function showTrouble(sentence) {
    $("gone").textContent = sentence;
    $("gone").hidden = !sentence;
    document.body.classList.toggle("is-gone", Boolean(sentence));
}

/** What goes with a button: the card, the tip, the reason. Null when the tip is no amount. */
function optionsOf(action) {
    const session = current.session;
    switch (action) {
        case "tap": {
            const tip = $("tip").disabled ? 0 : minorUnits($("tip").value, session.exponent);
            return tip === null ? null : { card: $("card").value, tip };
        }
        case "insert":
            return { card: $("card").value };
        case "decline":
            return { card: $("card").value, event_id: Number($("reason").value) };
        default:
            return {};
    }
}

async function act(action) {
    const options = optionsOf(action);
    if (options === null) {
        $("problem").textContent = "The tip is not an amount. Write it like 1.50.";
        $("tip").focus();
        return;
    }
    const problem = await send(actionPath(terminalId, action), options);
    $("problem").textContent = problem;
    if (!problem && action === "tap") {
        $("tip").value = "";
    }
}

async function set(options) {
    $("problem").textContent = await send(actionPath(terminalId, "settings"), options);
}

for (const button of document.querySelectorAll(".buttons button")) {
    button.addEventListener("click", () => act(button.dataset.action));
}
document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) {
        return;
    }
    const action = KEYS[event.key.toLowerCase()];
    const button = action && document.querySelector(`.buttons [data-action=${action}]`);
    if (button && !button.disabled) {
        event.preventDefault();
        act(action);
    }
});
$("wake").addEventListener("click", () => set({ asleep: false }));
$("asleep").addEventListener("change", (event) => set({ asleep: event.target.checked }));
$("endless").addEventListener("change", (event) => set({ endless_202: event.target.checked }));
$("autopilot").addEventListener("change", (event) => {
    const outcome = event.target.value;
    set({ autopilot: outcome ? { outcome, after: AUTOPILOT_SECONDS } : null });
});

follow(terminalId, render, showTrouble);
