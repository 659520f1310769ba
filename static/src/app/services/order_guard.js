import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";

/** Refuses what must not be done with an order whose card is being charged, or was charged. */
export class OrderGuard {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
    }

    /**
     * Refuse to delete, merge or split an order with a card payment, and tell the cashier why.
     *
     * @param {Object} [order]
     * @returns {boolean} whether it is refused
     */
    refuses(order) {
        const line =
            order?.payment_ids.find((line) => line.isVivaWalletInFlight()) ||
            (order && this.movedMoney(order));
        if (!line) {
            return false;
        }
        this._alert(_t("This order has a card payment"), this._whyNotDeleted(line));
        return true;
    }

    /**
     * Refuse to validate an order while a card may be charged, and tell the cashier why.
     *
     * @param {Object[]} lines payment lines of the order
     * @returns {boolean} whether it is refused
     */
    refusesValidation(lines) {
        const line = lines.find((line) => line.isVivaWalletInFlight());
        if (!line) {
            return false;
        }
        this._alert(_t("Card payment still running"), this._whyNotValidated(line));
        return true;
    }

    /**
     * @param {Object} order
     * @returns {Object|undefined} a line that was charged or paid back, unless all that was charged
     *  was paid back
     */
    movedMoney(order) {
        const moved = order.payment_ids.filter(
            (line) => line.isVivaWallet() && line.transaction_id
        );
        const sum = moved.reduce((total, line) => total + line.getAmount(), 0);
        return this.pos.currency.isZero(sum) ? undefined : moved[0];
    }

    /**
     * Do not try again to delete what the server has refused to delete: it would fail with each
     * order that is saved.
     *
     * @param {Error} error of the deletion
     * @param {number[]} serverIds of the orders
     */
    forgetRefusedDeletion(error, serverIds) {
        if (error instanceof RPCError) {
            serverIds.forEach((id) => this.pos.pendingOrder.delete.delete(id));
        }
    }

    _alert(title, body) {
        this.pos.dialog.add(AlertDialog, { title, body });
    }

    _amount(line) {
        return this.pos.env.utils.formatCurrency(Math.abs(line.getAmount()));
    }

    _whyNotValidated(line) {
        const amount = this._amount(line);
        return line.isVivaWalletRefund()
            ? _t(
                  "%s may still be paid back. Wait for the outcome, or cancel it, then validate the order.",
                  amount
              )
            : _t(
                  "The terminal may still charge %s. Wait for its outcome, or cancel it, then validate the order.",
                  amount
              );
    }

    _whyNotDeleted(line) {
        const amount = this._amount(line);
        if (line.isVivaWalletRefund()) {
            return line.isVivaWalletInFlight()
                ? _t("%s may still be paid back. Cancel that first, then delete the order.", amount)
                : _t(
                      "%s was paid back to a card. Validate the order instead of deleting it.",
                      amount
                  );
        }
        return line.isVivaWalletInFlight()
            ? _t(
                  "The terminal may still charge %s. Cancel that payment first, then delete the order.",
                  amount
              )
            : _t(
                  "%s was charged to a card. Validate the order and refund it instead of deleting it.",
                  amount
              );
    }
}
