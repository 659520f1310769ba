import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { asIf } from "./as_if";

/**
 * Asks of an order what Odoo asks when it is validated, as if a payment line had been paid already.
 *
 * These are the checks of `point_of_sale` and of whatever module extends them, with their own dialogs:
 * customer and address, presets, `l10n_pe_pos` and others in `isOrderValid`. It is not `validateOrder`
 * that is called: `pos_hr`, `pos_loyalty` and this addon do more than check there. Nothing of the order
 * is changed, apart from a customer that the cashier chooses.
 */
export class ValidationAhead extends OrderPaymentValidation {
    /**
     * @param {Object} options
     * @param {Object} options.pos the `PosStore`
     * @param {Object} options.line payment line that is about to be sent
     */
    constructor({ pos, line }) {
        super({ pos, orderUuid: line.pos_order_id.uuid });
        this._paidOrder = asIfPaid(line);
        /** @type {Promise|null} of the customer that a check lets the cashier choose */
        this._choice = null;
        this.pos = asIf(pos, {
            getOrder: () => this._paidOrder,
            models: withMethodsOf(pos.config, pos.models),
            selectPartner: (...args) => (this._choice = pos.selectPartner(...args)),
        });
        // `pos_online_payment` has the guest pay in `isOrderValid`, or asks the server.
        this.payment_methods_from_config = this.payment_methods_from_config.filter(
            (method) => !method.is_online_payment
        );
    }

    /** Override: as if it were paid. */
    get order() {
        return this._paidOrder;
    }

    /** Override: those on terminals are the business of whoever asks. */
    get paymentLines() {
        return super.paymentLines.filter((line) => !line.isVivaWallet());
    }

    /**
     * Check the order, and once more after the cashier has chosen a customer.
     *
     * @returns {Promise<boolean>} whether Odoo would finish it; if not, the cashier was told why
     */
    async passes() {
        do {
            this._choice = null;
            if (await this._passesOnce()) {
                return true;
            }
        } while (await this._choice);
        return false;
    }

    async _passesOnce() {
        return (
            this.checkCashRoundingHasBeenWellApplied() &&
            (await this._isInvoicedWhereRequired()) &&
            (await this._askForCustomerIfRequired()) !== false &&
            (await this.isOrderValid(true))
        );
    }

    /**
     * `l10n_es_pos` refuses orders above a limit without an invoice. It is asked only where it does,
     * because where it does not it prepares the order for being finished.
     */
    async _isInvoicedWhereRequired() {
        const { order } = this;
        const isRefused =
            this.pos.config.is_spanish &&
            !order.isToInvoice() &&
            order.canBeSimplifiedInvoiced?.() === false;
        return !isRefused || (await this.askBeforeValidation()) !== false;
    }
}

/** The order as it will be once the line is paid; a part payment counts as if the rest were paid, too. */
function asIfPaid(line) {
    const order = line.pos_order_id;
    const values = { isPaid: () => true, isRefundInProcess: () => false };
    const paid = asIf(order, { ...values, amountPaid: order.amountPaid + line.amount });
    paid.appliedRounding = computed("appliedRounding", paid);
    return order.currency.isZero(computed("change", paid))
        ? asIf(order, { ...values, amountPaid: order.priceIncl, appliedRounding: 0 })
        : paid;
}

/** Compute a property of orders for a view of one. */
function computed(name, order) {
    return Reflect.get(PosOrder.prototype, name, order);
}

/**
 * The models, with no other payment methods than those of the register: `point_of_sale` looks for cash
 * among those of all registers when there is change, its server only among those of this one.
 */
function withMethodsOf(config, models) {
    const name = "pos.payment.method";
    const some = (condition) => config.payment_method_ids.some(condition);
    return asIf(models, { [name]: asIf(models[name], { some }) });
}
