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
     * Refuse what takes products away from an order with a card payment, and tell the cashier why.
     *
     * @param {Object} [order]
     * @param {"delete"|"merge"|"transfer"|"split"|"link"|"unlink"} [action] what the cashier tries
     * @returns {boolean} whether it is refused
     */
    refuses(order, action = "delete") {
        const line = order && this._holding(order);
        if (!line) {
            return false;
        }
        const why =
            action === "delete"
                ? this._whyNotDeleted(line)
                : `${this.fact(line)} ${advice(action, line.isVivaWalletInFlight())}`;
        this._alert(_t("This order has a card payment"), why);
        return true;
    }

    /**
     * @param {Object} order
     * @returns {boolean} whether what is being charged, or was, has to stay together
     */
    holds(order) {
        return Boolean(this._holding(order));
    }

    /** Do not stay where an order is split that another device has begun to charge meanwhile. */
    leaveSplitting() {
        const { current, params } = this.pos.router.state;
        const order = this.pos.models["pos.order"].getBy("uuid", params.orderUuid);
        if (current === "SplitBillScreen" && this.refuses(order, "split")) {
            this.pos.navigate("ProductScreen", { orderUuid: order.uuid });
        }
    }

    /**
     * Refuse to validate an order while a card may be charged, and tell the cashier why.
     *
     * @param {Object[]} lines payment lines of the order
     * @returns {boolean} whether it is refused
     */
    refusesValidation(lines) {
        const line = lines.find((line) => line.isVivaWalletInFlight());
        if (line) {
            this._alert(_t("Card payment still running"), this._whyNotValidated(line));
            return true;
        }
        return this.refusesPaidTwice(lines);
    }

    /**
     * Refuse to hand out in cash what a customer has paid by card and online.
     *
     * @param {Object[]} lines payment lines of the order
     * @returns {boolean} whether it is refused
     */
    refusesPaidTwice(lines) {
        const isCard = (line) => line.isVivaWallet() && line.transaction_id;
        const card = sum(lines.filter(isCard));
        const online = sum(lines.filter(isPaidOnline));
        const others = sum(lines.filter((line) => isOther(line) && !isCard(line)));
        const excess = card + online + others - (lines[0]?.pos_order_id?.totalDue || 0);
        const isTwice = card > 0 && online > 0 && excess > 0 && !this.pos.currency.isZero(excess);
        if (!isTwice) {
            return false;
        }
        const format = this.pos.env.utils.formatCurrency;
        this._alert(
            _t("This order was paid twice"),
            _t(
                "%(card)s was charged to a card, and %(online)s was paid online. Press Reverse on the card payment to pay the card back, then validate the order.",
                { card: format(card), online: format(online) }
            )
        );
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

    /**
     * @param {Object} line payment line that is being charged or paid back, or was
     * @returns {string} what is known about the money
     */
    fact(line) {
        const amount = this._amount(line);
        if (!line.isVivaWalletInFlight()) {
            return line.isVivaWalletRefund()
                ? _t("%s was paid back to a card.", amount)
                : _t("%s was charged to a card.", amount);
        }
        return (
            this.pos.vivaWallet.sharing.fact(line) ||
            (line.isVivaWalletRefund()
                ? _t("%s may still be paid back.", amount)
                : _t("The terminal may still charge %s.", amount))
        );
    }

    _holding(order) {
        return (
            order.payment_ids.find((line) => line.isVivaWalletInFlight()) || this.movedMoney(order)
        );
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

/** @returns {number} */
function sum(lines) {
    return lines.reduce((total, line) => total + line.getAmount(), 0);
}

/** @returns {boolean} whether the customer has paid this on a page of `pos_online_payment` */
function isPaidOnline(line) {
    return Boolean(line.payment_method_id.is_online_payment) && line.payment_status === "done";
}

/** @returns {boolean} whether it is paid in another way, and no change is given for it */
function isOther(line) {
    return !isPaidOnline(line) && line.isDone() && !line.payment_method_id.is_cash_count;
}

/** @returns {string} what to do instead of what is refused */
function advice(action, isInFlight) {
    return isInFlight ? adviceWhileRunning(action) : adviceAfterwards(action);
}

function adviceWhileRunning(action) {
    switch (action) {
        case "split":
            return _t("Wait for its outcome, or cancel it, then split the order.");
        case "transfer":
            return _t("Wait for its outcome, or cancel it, then transfer the order.");
        case "link":
            return _t("Wait for its outcome, or cancel it, then put the tables together.");
        case "unlink":
            return _t("Wait for its outcome, or cancel it, then separate the tables.");
        default:
            return _t("Wait for its outcome, or cancel it, then merge the orders.");
    }
}

function adviceAfterwards(action) {
    switch (action) {
        case "split":
            return _t("Validate the order instead of splitting it.");
        case "transfer":
            return _t("Validate the order instead of transferring it to another one.");
        case "link":
            return _t("Validate the order, then put the tables together.");
        case "unlink":
            return _t("Validate the order, then separate the tables.");
        default:
            return _t("Validate the order instead of merging it with another one.");
    }
}
