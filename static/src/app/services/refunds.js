import { _t } from "@web/core/l10n/translation";
import { ask, makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { VivaWalletRefundPicker } from "../components/refund_picker";
import { chooseCard, isUsable } from "../refund_choice";
import { refundedLineIds, refundedOrderUuids } from "../refunded_lines";

/** Finds out, before a refund is requested, which card payment it pays back. */
export class Refunds {
    /** @param {Object} pos the `PosStore` */
    constructor(pos) {
        this.pos = pos;
    }

    /**
     * Put what is known of a refund where the line's component reads it: `uiState.vivaWalletRefund`.
     *
     * @param {Object} line payment line
     * @param {Object} values some of: `isLoaded`; `cards`, `others`, `text` of the server's list;
     *  `way` and `otherWay`, see `start_refund` of the server; `isUnreferenced`
     */
    set(line, values) {
        line.uiState.vivaWalletRefund = { ...line.uiState.vivaWalletRefund, ...values };
    }

    /**
     * Ask the server what can be paid back. Never rejects.
     *
     * @param {Object} line payment line
     * @returns {Promise<import("../refund_choice").Refundable>}
     */
    async load(line) {
        let refundable;
        try {
            refundable = await this.pos.vivaWallet.rpc.listRefundable({
                pos_session_id: this.pos.session.id,
                payment_method_id: line.payment_method_id.id,
                order_uuid: line.pos_order_id.uuid,
                order_uuids: refundedOrderUuids(line),
                refunded_line_ids: refundedLineIds(line.pos_order_id),
            });
        } catch {
            const text = _t(
                "Odoo could not be asked which card paid. Wait for the connection, then try again."
            );
            refundable = { cards: [], others: [], text };
        }
        if (line.pos_order_id) {
            this.set(line, { ...refundable, isLoaded: true });
        }
        return refundable;
    }

    /**
     * Choose the card payment that a line pays back; the cashier is asked where there is a choice.
     *
     * @param {Object} line payment line with a negative amount
     */
    async prepare(line) {
        this.set(line, { isLoaded: false });
        const refundable = await this.load(line);
        if (!line.pos_order_id || line.isVivaWalletLocked()) {
            return; // deleted, or sent, meanwhile
        }
        const card = chooseCard(refundable, isFurtherRefund(line));
        if (card === "ask") {
            await this.pickCard(line);
        } else if (card) {
            this._takeCard(line, card);
        } else if (refundable.cards.length) {
            this.set(line, { text: whyNone(refundable.cards) });
        }
    }

    /**
     * Let the cashier choose the card. Closing the dialog leaves the line as it is.
     *
     * @param {Object} line payment line
     */
    async pickCard(line) {
        const { cards, others } = line.uiState.vivaWalletRefund;
        const card = await makeAwaitable(this.pos.dialog, VivaWalletRefundPicker, {
            cards,
            others,
        });
        if (!line.pos_order_id || line.isVivaWalletLocked()) {
            return; // deleted, or sent, meanwhile
        }
        if (card) {
            this._takeCard(line, card);
        } else if (!line.viva_wallet_parent_session_id) {
            const usable = cards.filter(isUsable).length;
            this.set(line, {
                text: usable ? _t("Choose the card that is paid back.") : "",
            });
        }
    }

    /**
     * Pay to whatever card is presented, if a manager confirms it.
     *
     * @param {Object} line payment line
     */
    async allowAnyCard(line) {
        const isSure = await ask(this.pos.dialog, {
            title: _t("Pay to any card?"),
            body: _t(
                "%s will be paid to whatever card is held to the terminal, without any link to a sale. Nothing checks that this card has paid before. Do this only if the card that paid cannot be used, and check the amount.",
                this.pos.env.utils.formatCurrency(Math.abs(line.amount))
            ),
            confirmLabel: _t("Pay to any card"),
            cancelLabel: _t("Back"),
        });
        if (isSure && line.pos_order_id) {
            line.viva_wallet_parent_session_id = false;
            this.set(line, { isUnreferenced: true, otherWay: false });
        }
    }

    /**
     * Pay back a card payment of an order that is still open. The money back is a payment line of
     * its own, so that every movement of money is booked.
     *
     * @param {Object} line payment line that was charged
     * @returns {Promise<Object|undefined>} payment line that pays back, not sent yet
     */
    async undo(line) {
        const order = line.pos_order_id;
        const isSure = await ask(this.pos.dialog, {
            title: _t("Pay back to the card?"),
            body: _t("%(amount)s will be paid back to %(card)s. The order stays open.", {
                amount: this.pos.env.utils.formatCurrency(line.amount),
                card: [line.card_brand, line.card_no].filter(Boolean).join(" ") || _t("the card"),
            }),
            confirmLabel: _t("Pay back"),
            cancelLabel: _t("Keep the payment"),
        });
        if (!isSure || !line.canVivaWalletBeUndone()) {
            return;
        }
        const { status, data } = order.addPaymentline(line.payment_method_id);
        if (!status) {
            return;
        }
        data.setAmount(-line.amount);
        data.setPaymentStatus("pending");
        data.viva_wallet_parent_session_id = line.viva_wallet_session_id;
        return data;
    }

    /** Pay back this card payment, by no more than remains of it. */
    _takeCard(line, card) {
        line.viva_wallet_parent_session_id = card.session_id;
        this.set(line, { isUnreferenced: false, otherWay: false });
        if (Math.abs(line.amount) > card.remaining) {
            line.setAmount(-card.remaining);
        }
        if (line.isSelected()) {
            this.pos.numberBuffer.set(line.amount.toString());
        }
    }
}

function isFurtherRefund(line) {
    return line.pos_order_id.payment_ids.some(
        (other) => other !== line && other.viva_wallet_parent_session_id
    );
}

function whyNone(cards) {
    return (
        cards.find((card) => card.obstacle)?.obstacle ||
        _t(
            "Everything that was paid by card has been paid back already. If the customer is owed more, use another payment method."
        )
    );
}
