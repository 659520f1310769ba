/**
 * @param {import("@point_of_sale/app/utils/devices_synchronisation").default} synchronisation
 * @returns {Object} the same, for which the orders of a table do not exist as long as one of them is
 *  being charged, or was: what looks for several orders at one table leaves these as they are
 */
export function withoutHeldTables(synchronisation) {
    const { models, pos } = synchronisation;
    const orders = models["pos.order"];
    const ordersView = Object.create(orders, {
        reduce: { value: (...args) => movable(orders, pos).reduce(...args) },
    });
    const modelsView = Object.create(models, {
        "pos.order": { value: ordersView },
        // It changes the models, and must not do that to a view.
        connectNewData: { value: (...args) => models.connectNewData(...args) },
    });
    return Object.create(synchronisation, { models: { value: modelsView } });
}

function movable(orders, pos) {
    const open = orders.filter((order) => !order.finalized && order.table_id);
    const held = new Set(
        open.filter((order) => pos.vivaWallet.guard.holds(order)).map((order) => order.table_id.id)
    );
    return orders.filter((order) => !held.has(order.table_id?.id));
}
