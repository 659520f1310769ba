import { _t } from "@web/core/l10n/translation";
import { orderName } from "../payment_request";

/**
 * Tells the cashier when an order comes to another total while its terminal waits for the card: by the
 * barcode of a customer with another price list, by a coupon, a product, a discount. The terminal goes
 * on asking for the amount that it was sent.
 */
export class ChangedTotals {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {WeakMap<Object, number>} total that was told last, or was asked for, by flow */
        this._told = new WeakMap();
    }

    /** Look at all orders whose cards are being charged. */
    check() {
        const { flows } = this.pos.vivaWallet;
        for (const [uuid, flow] of flows.byLine) {
            const line = this.pos.models["pos.payment"].getBy("uuid", uuid);
            if (line?.pos_order_id && !flow.isOver) {
                this._checkFlow(line, flow);
            }
        }
    }

    /**
     * After a payment of the whole rest that was not made, the next try asks for what is the rest now.
     *
     * @param {Object} line payment line
     * @param {import("../payment_flow").PaymentFlow} flow that has ended without a payment
     */
    adapt(line, { request }) {
        const order = line.pos_order_id;
        if (!order || order.finalized || request.amount <= 0) {
            return;
        }
        const { currency, totalDue } = order;
        const wasRest = currency.isZero(request.order_total - order.amountPaid - request.amount);
        if (wasRest && !currency.isZero(request.order_total - totalDue)) {
            line.update({ amount: order.remainingDue });
        }
    }

    _checkFlow(line, flow) {
        const order = line.pos_order_id;
        const asked = flow.request.order_total;
        const { totalDue } = order;
        if (order.currency.isZero(totalDue - (this._told.get(flow) ?? asked))) {
            return;
        }
        this._told.set(flow, totalDue);
        if (!order.currency.isZero(totalDue - asked)) {
            this._tell(line, flow, totalDue);
        }
    }

    _tell(line, flow, totalDue) {
        const { formatCurrency } = this.pos.env.utils;
        const order = line.pos_order_id;
        const text = _t(
            "Order %(order)s comes to %(total)s now, but the terminal still asks for %(amount)s. Cancel that payment and send it again, or settle the difference after it.",
            {
                order: orderName(order),
                total: formatCurrency(totalDue),
                amount: formatCurrency(Math.abs(line.amount)),
            }
        );
        const isTrue = () => !flow.isOver && order.currency.isZero(order.totalDue - totalDue);
        this.pos.vivaWallet.notices.add(text, { type: "warning" }, isTrue);
    }
}
