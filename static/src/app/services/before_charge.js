import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { couponUse, updateCoupons } from "../coupons";
import { timing } from "../timing";
import { ValidationAhead } from "../validation_ahead";
import { withTimeout } from "../with_timeout";

/**
 * Finds out, before a terminal is asked for money, what Odoo would refuse when it finishes the order.
 * What only the server can know it checks itself, see `models/pos_api/order_checks.py`.
 */
export class BeforeCharge {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** @type {Map<string, {isCancelled: boolean}>} checks that are under way, by payment line */
        this._checks = new Map();
    }

    /**
     * Check the order of a payment line. Odoo's own dialogs tell the cashier what is wrong, and offer
     * the customers where one is missing.
     *
     * @param {Object} line payment line that is about to be sent
     * @returns {Promise<string|undefined>} why it must not be sent, for the line
     */
    async obstacle(line) {
        const check = { isCancelled: false };
        this._checks.set(line.uuid, check);
        try {
            const obstacle = await this._obstacle(line);
            return check.isCancelled
                ? _t("Cancelled before it was sent to the terminal. Nothing was charged.")
                : obstacle;
        } finally {
            this._checks.delete(line.uuid);
        }
    }

    /**
     * Give up a payment that is being checked.
     *
     * @param {Object} line payment line
     * @returns {boolean} whether it was; if so, it will not be sent
     */
    cancel(line) {
        const check = this._checks.get(line.uuid);
        if (check) {
            check.isCancelled = true;
        }
        return Boolean(check);
    }

    async _obstacle(line) {
        const order = line.pos_order_id;
        const { totalDue } = order;
        const isWhole = order.currency.isZero(line.amount - order.remainingDue);
        const isAllowed = await this._passes(line);
        const isChanged = !order.currency.isZero(order.totalDue - totalDue);
        if (isChanged && isWhole && line.pos_order_id) {
            // Not `setAmount`: a line that was sent before seems to be on its way again.
            line.update({ amount: order.remainingDue });
        }
        if (!isAllowed) {
            return _t(
                "Nothing was sent to the terminal, because Odoo could not finish this order. Do what its message says, then press Retry."
            );
        }
        if (isChanged) {
            return _t(
                "Nothing was sent to the terminal: with this customer the order comes to another amount. Check it, then press Retry."
            );
        }
    }

    async _passes(line) {
        try {
            return (
                (await new ValidationAhead({ pos: this.pos, line }).passes()) &&
                (await this._areCouponsValid(line.pos_order_id))
            );
        } catch (error) {
            // A check of another module that does not expect an order that is not paid yet.
            // eslint-disable-next-line no-console
            console.warn("The order could not be checked before its card payment", error);
            return true;
        }
    }

    /** Only orders with coupons cost a call to the server; as in `pos_loyalty`, a failed one is no no. */
    async _areCouponsValid(order) {
        const use = couponUse(order);
        if (!use) {
            return true;
        }
        const checking = this.pos.data.call("pos.order", "validate_coupon_programs", [
            [],
            use.points,
            use.codes,
        ]);
        const answer = await withTimeout(checking, timing.LOAD).catch(() => null);
        if (!answer || answer.successful) {
            return true;
        }
        await updateCoupons(this.pos, order, answer.payload);
        this.pos.dialog.add(AlertDialog, {
            title: _t("Error validating rewards"),
            body: answer.payload.message,
        });
        return false;
    }
}
