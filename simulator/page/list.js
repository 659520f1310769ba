/** All terminals side by side. */

import { TITLES, amount, lastPayment, total } from "./format.js";
import { actionPath, follow, send } from "./link.js";

const $ = (id) => document.getElementById(id);
const LONG = 11;
const tiles = new Map();

function makeTile(terminalId) {
    const tile = $("card").content.firstElementChild.cloneNode(true);
    tile.querySelector("[data-part=link]").href = `/terminal/${encodeURIComponent(terminalId)}`;
    for (const button of tile.querySelectorAll("button")) {
        button.addEventListener("click", async () => {
            $("problem").textContent = await send(actionPath(terminalId, button.dataset.action));
        });
    }
    $("terminals").append(tile);
    tiles.set(terminalId, tile);
    return tile;
}

function note(terminal) {
    if (terminal.screen === "asleep") {
        const waiting = `${terminal.queued} waiting, not shown`;
        return terminal.queued ? waiting : "Shows nothing until woken";
    }
    if (terminal.session) {
        return terminal.session.merchant_reference ?? "";
    }
    return terminal.last ? lastPayment(terminal.last) : "No payment yet";
}

function renderTile(terminal) {
    const tile = tiles.get(terminal.terminal_id) ?? makeTile(terminal.terminal_id);
    const part = (name) => tile.querySelector(`[data-part=${name}]`);
    const open = terminal.screen === "present" || terminal.screen === "processing";
    tile.dataset.screen = terminal.screen;
    part("name").textContent = terminal.name;
    part("id").textContent = terminal.terminal_id;
    part("state").textContent = TITLES[terminal.screen];
    const text = terminal.session ? amount(total(terminal.session), terminal.session) : "";
    part("amount").textContent = text;
    tile.dataset.length = text.length > LONG ? "long" : "short";
    part("note").textContent = note(terminal);
    for (const button of tile.querySelectorAll("button")) {
        button.disabled = !open;
    }
}

function render(news) {
    $("shop").textContent = news.shop_name;
    const ids = new Set(news.terminals.map((terminal) => terminal.terminal_id));
    for (const [id, tile] of tiles) {
        if (!ids.has(id)) {
            tile.remove();
            tiles.delete(id);
        }
    }
    news.terminals.forEach(renderTile);
}

function showTrouble(sentence) {
    $("gone").textContent = sentence;
    $("gone").hidden = !sentence;
    document.body.classList.toggle("is-gone", Boolean(sentence));
}

$("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = await send("terminals", { terminal_id: $("add-id").value.trim() });
    $("problem").textContent = problem;
    if (!problem) {
        $("add-id").value = "";
    }
});

follow(null, render, showTrouble);
