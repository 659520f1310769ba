import { animationFrame, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupWaiting } from "../../till_env";

definePosModels();

const TABLE = { id: 7, rootTable: { id: 7 } };
const BODY = ".modal-body";

/** A waiting order at table 3, in a restaurant whose table 7 has an order, too. */
async function setupTable() {
    const till = await setupWaiting();
    till.store.tableHasOrders = (table) => table === TABLE;
    Object.defineProperty(till.order, "table_id", { value: { id: 3 } });
    return till;
}

test("tables are not put together, and their link is not written", async () => {
    const { store, order } = await setupTable();
    const { tables } = store.vivaWallet;
    expect(tables.refusesLinking(order.uuid, TABLE)).toBe(true);
    expect(tables.dropsLink("restaurant.table", [3], { parent_id: 7 })).toBe(true);
    expect(tables.dropsLink("restaurant.table", [4], { parent_id: 7 })).toBe(false);
    expect(tables.dropsLink("restaurant.table", [3], { position_h: 7 })).toBe(false);
    expect(tables.dropsLink("pos.order", [3], { parent_id: 7 })).toBe(false);
    await animationFrame();
    expect(queryAllTexts(BODY)[0]).toMatch(/put the tables together\.$/);
    expect(tables.dropsLink("restaurant.table", [3], { parent_id: 7 })).toBe(false);
});

test("a table without an order takes the order with it", async () => {
    const { store, order } = await setupTable();
    const { tables } = store.vivaWallet;
    expect(tables.refusesLinking(order.uuid, { id: 8, rootTable: { id: 8 } })).toBe(false);
    expect(
        tables.refusesMoving(order.uuid, { id: 8, rootTable: { id: 8 } }, null, "transfer")
    ).toBe(false);
    expect(tables.refusesMoving(order.uuid, null, { uuid: "other" }, "transfer")).toBe(true);
});

test("tables are separated unless products go with one of them", async () => {
    const { store, order } = await setupTable();
    const { tables } = store.vivaWallet;
    expect(tables.refusesUnlinking(order, TABLE)).toBe(false);
    expect(tables.refusesUnlinking(undefined, TABLE)).toBe(false);
    order.uiState.unmerge = { line: { table_id: 7, quantity: 1 } };
    expect(tables.refusesUnlinking(order, TABLE)).toBe(true);
    expect(tables.dropsLink("restaurant.table", [7], { parent_id: null })).toBe(true);
});
