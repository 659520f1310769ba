import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { isOnScreen, isPaymentScreenOf } from "../screen_state";

/** Several devices at one order: who takes a card for it is told to the others. */
export class OrderSharing {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
        /** Sessions that the cashier was told of. */
        this._told = new Set();
    }

    /**
     * @param {Object} line payment line
     * @returns {Object|null} snapshot of its request, where another device has asked for it
     */
    elsewhere(line) {
        const snapshot = this.pos.vivaWallet.flows.of(line.uuid)?.snapshot;
        const isOther = snapshot?.device && snapshot.device !== this.pos.device.identifier;
        return isOther && line.isVivaWalletInFlight() ? snapshot : null;
    }

    /**
     * @param {Object} line payment line
     * @returns {string} who takes a card for it at another device; empty where nobody does
     */
    fact(line) {
        const snapshot = this.elsewhere(line);
        if (!snapshot) {
            return "";
        }
        const values = {
            who: snapshot.asked_by,
            amount: this.pos.env.utils.formatCurrency(Math.abs(line.getAmount())),
            terminal: line.payment_method_id.viva_wallet_terminal_id,
        };
        return line.isVivaWalletRefund()
            ? _t(
                  "%(who)s is paying back %(amount)s on terminal %(terminal)s for this order.",
                  values
              )
            : _t("%(who)s is taking %(amount)s on terminal %(terminal)s for this order.", values);
    }

    /**
     * Tell the cashier who has an order before them that its card is being charged elsewhere.
     *
     * @param {Object} [order]
     */
    tellOf(order) {
        order?.payment_ids.forEach((line) => this.tell(line));
    }

    /** @param {Object} line payment line of which there is news */
    tell(line) {
        const snapshot = this.elsewhere(line);
        const order = line.pos_order_id;
        const isShown = () => isOnScreen(this.pos, order) && !isPaymentScreenOf(this.pos, order);
        if (!snapshot || !isShown() || this._told.has(snapshot.session_id)) {
            return;
        }
        this._told.add(snapshot.session_id);
        this.pos.vivaWallet.notices.add(
            _t("%s What you add stays to be paid.", this.fact(line)),
            { type: "warning" },
            () => {
                const isTrue = Boolean(this.elsewhere(line)) && isShown();
                if (!isTrue) {
                    this._told.delete(snapshot.session_id);
                }
                return isTrue;
            }
        );
    }

    /**
     * Refuse to take something away from an order whose card another device is charging.
     *
     * @param {Object} [order]
     * @returns {boolean} whether it is refused
     */
    refusesTakingAway(order) {
        const line = order?.payment_ids.find((line) => this.elsewhere(line));
        if (!line) {
            return false;
        }
        this.pos.dialog.add(AlertDialog, {
            title: _t("Card payment still running"),
            body: _t(
                "%s Wait for its outcome before you take something away. You can add products.",
                this.fact(line)
            ),
        });
        return true;
    }
}
