/**
 * What must not happen to the tables of a restaurant while an order of theirs is being charged, or was:
 * all of it happens, or nothing.
 */
export class TableGuard {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** Ids of the tables whose link is about to be written although their orders stay apart. */
        this._refused = new Set();
    }

    /**
     * Refuse to move an order to where there is another one: it would be merged into that.
     *
     * @param {string} orderUuid
     * @param {Object} [table] where it goes
     * @param {Object} [destination] order that it would be merged into
     * @param {string} action see `OrderGuard.refuses`
     * @returns {boolean} whether it is refused
     */
    refusesMoving(orderUuid, table, destination, action) {
        const order = this.pos.models["pos.order"].getBy("uuid", orderUuid);
        const isMerged = destination || (table && this._isElsewhere(order, table));
        return Boolean(isMerged) && this.pos.vivaWallet.guard.refuses(order, action);
    }

    /**
     * Refuse to put a table to another one, with the orders of both.
     *
     * @param {string} orderUuid of the table that was dragged
     * @param {Object} table where it was dragged
     * @returns {boolean} whether it is refused
     */
    refusesLinking(orderUuid, table) {
        const order = this.pos.models["pos.order"].getBy("uuid", orderUuid);
        return this.refusesMoving(orderUuid, table, null, "link") && this._refuse(order.table_id);
    }

    /**
     * Refuse to take a table from another one, when products of their order would go with it.
     *
     * @param {Object} [order] of both
     * @param {Object} table that is taken away
     * @returns {boolean} whether it is refused
     */
    refusesUnlinking(order, table) {
        const former = Object.values(order?.uiState?.unmerge || {});
        const isDivided = former.some((details) => details.table_id === table?.id);
        return (
            isDivided && this.pos.vivaWallet.guard.refuses(order, "unlink") && this._refuse(table)
        );
    }

    /**
     * `pos_restaurant` writes the link of tables whatever became of their orders.
     *
     * @param {string} model
     * @param {Array} ids
     * @param {Object} values
     * @returns {boolean} whether this is such a link, not to be written
     */
    dropsLink(model, ids, values) {
        return (
            model === "restaurant.table" &&
            "parent_id" in values &&
            ids.some((id) => this._refused.has(id))
        );
    }

    _isElsewhere(order, table) {
        return table.rootTable.id !== order.table_id?.id && this.pos.tableHasOrders(table);
    }

    /** The link is written right afterwards, in the same turn. */
    _refuse(table) {
        this._refused.add(table.id);
        queueMicrotask(() => this._refused.delete(table.id));
        return true;
    }
}
