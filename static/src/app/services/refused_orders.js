import { _t } from "@web/core/l10n/translation";
import { orderName } from "../payment_request";

/**
 * Remembers which orders could not be finished, so that nothing tries them again by itself: it would
 * fail again, each time somebody looks at the order. What a person presses is always tried.
 */
export class RefusedOrders {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {Map<string, string>} what was told to the cashier: content by uuid of the order */
        this._told = new Map();
    }

    /**
     * An order was to be validated and is still open. Kept beside the order, also over a reload.
     *
     * @param {Object} order
     */
    remember(order) {
        order.uiState.vivaWalletRefused = contentOf(order);
        this.pos.data.synchronizeLocalDataInIndexedDB();
    }

    /**
     * @param {Object} order
     * @returns {boolean} whether it could not be finished, and nothing in it has changed since
     */
    has(order) {
        return order.uiState.vivaWalletRefused === contentOf(order);
    }

    /**
     * @param {Object} order
     * @returns {boolean} whether the cashier was told that the server refuses it as it is
     */
    isTold(order) {
        return this._told.get(order.uuid) === contentOf(order);
    }

    /**
     * The server has refused an order whose card was charged: tell the cashier the way out.
     *
     * @param {Object} order that is open again
     * @param {string} [reason] in the words of the server, unless a dialog has shown them
     */
    tell(order, reason = "") {
        this.remember(order);
        const line = order.payment_ids.find((line) => line.isVivaWalletCharged());
        if (!line || this.isTold(order)) {
            return;
        }
        this._told.set(order.uuid, contentOf(order));
        this.pos.vivaWallet.notices.add(
            [refusedText(line, orderName(order)), reason].filter(Boolean).join(" "),
            { type: "warning" },
            () => this._isOpen(order) && this.has(order)
        );
    }

    _isOpen(order) {
        return !order.finalized && Boolean(this.pos.models["pos.order"].getBy("uuid", order.uuid));
    }
}

/** @returns {string} what decides whether the server takes the order */
function contentOf(order) {
    const partner = order.getPartner();
    return JSON.stringify([
        partner && [partner.id, partner.write_date],
        order.isToInvoice(),
        order.getShippingDate() || null,
        order.lines.map((line) => [line.product_id.id, line.qty, line.price_unit, line.discount]),
        order.payment_ids.map((line) => [line.uuid, line.amount, line.payment_status]),
    ]);
}

function refusedText(line, name) {
    return line.isVivaWalletRefund()
        ? _t(
              "The refund of order %s was made, but Odoo does not accept the order yet. Do not pay back again. Open its payment screen, correct what Odoo says (if it is about the invoice, untick Invoice), then press Validate.",
              name
          )
        : _t(
              "The card payment of order %s was approved, but Odoo does not accept the order yet. Do not charge again. Open its payment screen, correct what Odoo says (if it is about the invoice, untick Invoice), then press Validate.",
              name
          );
}
