import { expect, test } from "@odoo/hoot";
import { withoutHeldTables } from "@pos_viva_wallet/app/held_tables";

function order(uuid, table, { isHeld = false, finalized = false } = {}) {
    return { uuid, table_id: table && { id: table }, isHeld, finalized };
}

/** What `pos_restaurant` does: find the tables with several orders. */
function ordersByTable(synchronisation) {
    return synchronisation.models["pos.order"].reduce((found, { table_id, uuid, finalized }) => {
        if (table_id && !finalized) {
            (found[table_id.id] ||= []).push(uuid);
        }
        return found;
    }, {});
}

function synchronisationOf(orders) {
    const models = {
        "pos.order": orders,
        connectNewData() {
            this.isLoading = true;
            return "connected";
        },
    };
    const pos = { vivaWallet: { guard: { holds: ({ isHeld }) => isHeld } } };
    return { models, pos, name: "synchronisation" };
}

test("orders of a table of which one is being charged are left alone", () => {
    const view = withoutHeldTables(
        synchronisationOf([
            order("a", 1, { isHeld: true }),
            order("b", 1),
            order("c", 2),
            order("d", 2),
            order("e", 3, { isHeld: true, finalized: true }),
            order("f", 3),
            order("g", false, { isHeld: true }),
            order("h", false),
        ])
    );
    expect(ordersByTable(view)).toEqual({ 2: ["c", "d"], 3: ["f"] });
});

test("what is charged is seen when the tables are looked at, not before", () => {
    const orders = [order("a", 1), order("b", 1)];
    const view = withoutHeldTables(synchronisationOf(orders));
    orders[0].isHeld = true;
    expect(ordersByTable(view)).toEqual({});
});

test("new records go into the models, not into the view", () => {
    const synchronisation = synchronisationOf([]);
    const view = withoutHeldTables(synchronisation);
    expect(view.models.connectNewData()).toBe("connected");
    expect(synchronisation.models.isLoading).toBe(true);
    expect(view.name).toBe("synchronisation");
});
