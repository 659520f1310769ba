/** The terminals: the screen of one of them, and what the customer can do at it. */

const LOOK_MS = 300;
const AUTOPILOT_SECONDS = 3;
const GONE = "The simulator does not answer. Start it again; this page comes back by itself.";
/** What a screen says, by its name. */
const TITLES = {
    idle: "Ready",
    present: "Tap, insert or swipe card",
    processing: "Card read, enter PIN",
    approved: "Approved",
    declined: "Declined",
    cancelled: "Cancelled",
    timed_out: "Timed out",
    aborted: "Stopped by the till",
    asleep: "Asleep",
};
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

const $ = (id) => document.getElementById(id);
const buttons = document.querySelectorAll("[data-action]");
const moneyFields = ["tip", "surcharge", "only"].map($);
/** The terminal that is shown, as the simulator last described it. */
let current = null;
let version = null;

// -- in words -------------------------------------------------------------------------------

function amount(minor, { currency, exponent }) {
    return `${(minor / 10 ** exponent).toFixed(exponent)} ${currency}`;
}

/** The total on a screen, charged or asked for; "" without a session. */
function total(session) {
    return session ? amount(session.charged ?? session.amount + session.tip_amount, session) : "";
}

/** One line about the payment that a terminal finished last. */
function lastPayment(session) {
    const time = new Date(session.finished_at * 1000).toLocaleTimeString();
    return `Last: ${total(session)}, ${TITLES[session.outcome].toLowerCase()}, ${time}`;
}

function isOpen(terminal) {
    return terminal.screen === "present" || terminal.screen === "processing";
}

function hint({ screen, session, queued, last }) {
    const who = session?.ignored ? "The customer does nothing. " : "";
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
            return `${who}Times out in ${Math.ceil(session.left)} s`;
    }
}

// -- what is seen ---------------------------------------------------------------------------

function renderNavigation(terminals) {
    const links = terminals.map((terminal) => {
        const link = document.createElement("a");
        link.href = `/terminal/${encodeURIComponent(terminal.terminal_id)}`;
        link.textContent = terminal.name;
        link.title = `${TITLES[terminal.screen]} ${total(terminal.session)}`;
        link.dataset.screen = terminal.screen;
        link.ariaCurrent = terminal === current ? "page" : null;
        return link;
    });
    $("terminals").replaceChildren(...links);
}

function renderScreen({ session, screen, name, terminal_id }, news) {
    const tip = session?.charged_tip ?? session?.tip_amount;
    $("screen").dataset.screen = screen;
    $("shop").textContent = news.shop_name;
    $("terminal-id").textContent = terminal_id;
    $("symbol").setAttribute("d", SYMBOLS[screen]);
    $("kind").textContent = session && (session.kind === "sale" ? "Payment" : "Refund");
    $("amount").textContent = total(session);
    $("tip-line").textContent = tip ? `including a tip of ${amount(tip, session)}` : "";
    $("title").textContent = TITLES[screen];
    $("hint").textContent = hint(current);
    $("reference").textContent = session?.merchant_reference;
    $("left").hidden = !isOpen(current);
    $("left").max = news.session_seconds;
    $("left").value = session?.left ?? 0;
    document.title = session ? `${total(session)} – ${TITLES[screen]}` : name;
}

function fill(select, items, chosen) {
    if (!select.options.length) {
        select.replaceChildren(...items.map(([value, label]) => new Option(label, value)));
        select.value = chosen;
    }
}

function renderControls(terminal, news) {
    const processing = terminal.screen === "processing";
    const reasons = news.reasons.map(({ event_id, label }) => [event_id, `${label} (${event_id})`]);
    fill($("card"), news.cards.map(({ code, label }) => [code, label]), terminal.card); // prettier-ignore
    fill($("reason"), reasons, reasons[0][0]);
    for (const button of buttons) {
        button.disabled = !isOpen(terminal) || (processing && button.dataset.action === "insert");
    }
    $("tap").textContent = processing ? "Enter PIN" : "Tap card";
    $("card").disabled = processing;
    $("unit").textContent = terminal.session ? `(${terminal.session.currency})` : "";
    $("tip").disabled = Boolean(terminal.session) && terminal.session.kind !== "sale";
    for (const field of moneyFields) {
        field.step = 10 ** -(terminal.session?.exponent ?? 2);
    }
    $("wake").hidden = terminal.screen !== "asleep";
    $("asleep").checked = terminal.asleep;
    $("endless").checked = terminal.endless_202;
    $("autopilot").value = terminal.autopilot?.outcome ?? "";
}

function render(news) {
    const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
    current = news.terminals.find((terminal) => terminal.terminal_id === id) ?? news.terminals[0];
    renderScreen(current, news);
    if (version !== news.version) {
        version = news.version;
        renderNavigation(news.terminals);
        renderControls(current, news);
    }
}

// -- the simulator --------------------------------------------------------------------------

/** Ask the simulator to do something; show the sentence when it was not done. */
async function send(action, values) {
    const path = `/_simulator/terminals/${encodeURIComponent(current.terminal_id)}/${action}`;
    const response = await fetch(path, { method: "POST", body: JSON.stringify(values) });
    $("problem").textContent = response.ok ? "" : (await response.json()).error;
}

/** What is charged on top of a sale, or instead of it, in minor units. */
function charge() {
    const minor = (field) => Math.round(field.value * 10 ** current.session.exponent);
    const [tip, surcharge, only] = moneyFields.map(minor);
    const instalments = Number($("instalments").value);
    return { tip, surcharge, instalments, ...(only && { amount: only }) };
}

async function act(action) {
    const options = {};
    if (["tap", "insert", "decline"].includes(action)) {
        options.card = $("card").value;
    }
    if (action === "decline") {
        options.event_id = Number($("reason").value);
    }
    const isSale = ["tap", "insert"].includes(action) && !$("tip").disabled;
    if (isSale && !moneyFields.every((field) => field.reportValidity())) {
        return;
    }
    if (isSale) {
        Object.assign(options, charge());
        $("tip").value = "";
    }
    await send(action, options);
}

/** Show the news for as long as the page is open, and say when there are none. */
async function look() {
    try {
        render(await (await fetch("/_simulator/screens")).json());
        $("gone").hidden = true;
    } catch {
        $("gone").textContent = GONE;
        $("gone").hidden = false;
    }
    setTimeout(look, LOOK_MS);
}

for (const button of buttons) {
    button.onclick = () => act(button.dataset.action);
}
$("wake").onclick = () => send("settings", { asleep: false });
$("asleep").onchange = ({ target }) => send("settings", { asleep: target.checked });
$("endless").onchange = ({ target }) => send("settings", { endless_202: target.checked });
$("autopilot").onchange = ({ target: { value: outcome } }) =>
    send("settings", { autopilot: outcome ? { outcome, after: AUTOPILOT_SECONDS } : null });
look();
