/** All terminals side by side. */

import { TITLES, isOpen, lastPayment, total } from "./format.js";
import { $, actionPath, follow, send } from "./link.js";

const tiles = new Map();

function makeTile(terminalId) {
    const tile = $("card").content.firstElementChild.cloneNode(true);
    tile.querySelector("a").href = `/terminal/${encodeURIComponent(terminalId)}`;
    for (const button of tile.querySelectorAll("button")) {
        button.onclick = () => send(actionPath(terminalId, button.dataset.action));
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
    tile.dataset.screen = terminal.screen;
    const texts = {
        name: terminal.name,
        id: terminal.terminal_id,
        state: TITLES[terminal.screen],
        amount: total(terminal.session),
        note: note(terminal),
    };
    for (const [part, text] of Object.entries(texts)) {
        tile.querySelector(`[data-part=${part}]`).textContent = text;
    }
    for (const button of tile.querySelectorAll("button")) {
        button.disabled = !isOpen(terminal);
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

$("add").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await send("terminals", { terminal_id: $("add-id").value.trim() })) {
        $("add-id").value = "";
    }
});

follow(null, render);
