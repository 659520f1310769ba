import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { ask, makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { VivaWalletRefundPicker } from "../components/refund_picker";
import { inTime } from "../in_time";
import { timing } from "../timing";
import { chooseCard, isUsable } from "../refund_choice";

/** What comes before the request of a refund: which card payment it pays back. */
patch(PosStore.prototype, {
    /**
     * Put what the cashier is to see where the line's component finds it.
     *
     * @param {Object} line payment line
     * @param {Object} values some of: `isLoaded`; `cards`, `others`, `text` of the server's list;
     *  `way` and `otherWay`, see `start_refund` of the server; `isUnreferenced`
     */
    vivaWalletSetRefund(line, values) {
        line.uiState.vivaWalletRefund = { ...line.uiState.vivaWalletRefund, ...values };
    },

    /**
     * Ask the server what can be paid back. Never rejects.
     *
     * @param {Object} line payment line
     */
    async vivaWalletLoadRefundable(line) {
        let refundable;
        try {
            const request = {
                pos_session_id: this.session.id,
                payment_method_id: line.payment_method_id.id,
                order_uuid: line.pos_order_id.uuid,
                order_uuids: this.vivaWalletRefundedOrders(line),
                refunded_line_ids: line.pos_order_id.vivaWalletRefundedLines(),
            };
            refundable = await inTime(
                this.env.services.orm.silent.call("viva.wallet.till", "list_refundable", [request]),
                timing.LOOK_UP
            );
        } catch {
            const text = _t(
                "Odoo could not be asked which card paid. Wait for the connection, then try again."
            );
            refundable = { cards: [], others: [], text, isLost: true };
        }
        if (line.pos_order_id) {
            this.vivaWalletSetRefund(line, { ...refundable, isLoaded: true });
        }
        return refundable;
    },

    /** The orders that a line may pay back: those of the refunded goods, and its own. */
    vivaWalletRefundedOrders(line) {
        const order = line.pos_order_id;
        const refunded = order.lines.map((line) => line.refunded_orderline_id?.order_id?.uuid);
        return [...new Set([order.uuid, ...refunded])].filter(Boolean);
    },

    /**
     * Choose the card payment that a line pays back; the cashier is asked where there is a choice.
     *
     * @param {Object} line payment line with a negative amount
     */
    async vivaWalletPrepareRefund(line) {
        this.vivaWalletSetRefund(line, { isLoaded: false });
        const refundable = await this.vivaWalletLoadRefundable(line);
        if (!line.pos_order_id || line.isVivaWalletLocked()) {
            return; // deleted, or sent, meanwhile
        }
        const card = chooseCard(refundable, this.vivaWalletIsFurtherRefund(line));
        if (card === "ask") {
            await this.vivaWalletPickCard(line);
        } else if (card) {
            this.vivaWalletTakeCard(line, card);
        } else if (refundable.cards.length) {
            this.vivaWalletSetRefund(line, { text: this.vivaWalletWhyNone(refundable.cards) });
        }
    },

    vivaWalletIsFurtherRefund(line) {
        return line.pos_order_id.payment_ids.some(
            (other) => other !== line && other.viva_wallet_parent_session_id
        );
    },

    vivaWalletWhyNone(cards) {
        return (
            cards.find((card) => card.obstacle)?.obstacle ||
            _t("Everything that was paid by card has been paid back already. Pay back otherwise.")
        );
    },

    /** Let the cashier choose. Closing the dialog leaves the line as it is. */
    async vivaWalletPickCard(line) {
        const { cards, others } = line.uiState.vivaWalletRefund;
        const card = await makeAwaitable(this.dialog, VivaWalletRefundPicker, { cards, others });
        if (!line.pos_order_id || line.isVivaWalletLocked()) {
            return; // deleted, or sent, meanwhile
        }
        if (card) {
            this.vivaWalletTakeCard(line, card);
        } else if (!line.viva_wallet_parent_session_id) {
            const usable = cards.filter(isUsable).length;
            this.vivaWalletSetRefund(line, {
                text: usable ? _t("Choose the card that is paid back.") : "",
            });
        }
    },

    /** Pay back this card payment, by no more than remains of it. */
    vivaWalletTakeCard(line, card) {
        line.viva_wallet_parent_session_id = card.session_id;
        this.vivaWalletSetRefund(line, { isUnreferenced: false, otherWay: false });
        if (Math.abs(line.amount) > card.remaining) {
            line.setAmount(-card.remaining);
        }
        if (line.isSelected()) {
            this.numberBuffer.set(line.amount.toString());
        }
    },

    /** Pay to whatever card is presented: what a manager may decide. */
    async vivaWalletAllowAnyCard(line) {
        const isSure = await ask(this.dialog, {
            title: _t("Pay to any card?"),
            body: _t(
                "%s will be paid to whatever card is held to the terminal, without any link to a sale. Nothing checks that this card has paid before. Do this only if the card that paid cannot be used, and check the amount.",
                this.env.utils.formatCurrency(Math.abs(line.amount))
            ),
            confirmLabel: _t("Pay to any card"),
            cancelLabel: _t("Back"),
        });
        if (isSure && line.pos_order_id) {
            line.viva_wallet_parent_session_id = false;
            this.vivaWalletSetRefund(line, { isUnreferenced: true, otherWay: false });
        }
    },

    /**
     * Pay back a card payment of an order that is still open. The money back is a payment line of
     * its own, so that every movement of money is booked.
     *
     * @param {Object} line payment line that was charged
     * @returns {Promise<Object|undefined>} payment line that pays back, not sent yet
     */
    async vivaWalletUndo(line) {
        const order = line.pos_order_id;
        const isSure = await ask(this.dialog, {
            title: _t("Pay back to the card?"),
            body: _t("%(amount)s will be paid back to %(card)s. The order stays open.", {
                amount: this.env.utils.formatCurrency(line.amount),
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
    },
});
