/** What the cashier does on the payment screen with a line of a Viva terminal. */

import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PHASE } from "./payment_flow";
import { isPaymentScreenOf } from "./screen_state";

/** @typedef {import("@point_of_sale/app/screens/payment_screen/payment_screen").PaymentScreen} Screen */

/** @param {Screen} screen that was opened */
export function onOpened(screen) {
    const { vivaWallet } = screen.pos;
    vivaWallet.notices.closeOutdated(); // who sees the payment need not be told of it
    selectRunning(screen);
    vivaWallet.recovery.resume(screen.currentOrder);
    vivaWallet.completion.validateIfPaid(screen.currentOrder);
    vivaWallet.fastPayment.begin(screen);
}

/** Only the selected line tells what its terminal is doing; another device had selected it. */
function selectRunning(screen) {
    const line = screen.paymentLines.find((line) => line.isVivaWalletInFlight());
    if (line && !line.isSelected()) {
        screen.selectPaymentLine(line.uuid);
    }
}

/**
 * Make a new line ready to be sent; where it pays back, find the card.
 *
 * @param {Screen} screen
 * @param {Object} paymentMethod
 * @param {boolean} isAdded whether `point_of_sale` has added a line
 */
export async function afterAdding(screen, paymentMethod, isAdded) {
    const line = screen.selectedPaymentLine;
    // By id: the same record looks different to each part of the page that observes it.
    const isNew = isAdded && line?.payment_method_id.id === paymentMethod.id;
    if (!isNew || !line.isVivaWallet() || line.viva_wallet_session_id) {
        return;
    }
    if (!line.getPaymentStatus()) {
        // `point_of_sale` sets none in a refund, and nothing would offer to send the line.
        line.setPaymentStatus("pending");
    }
    if (line.isVivaWalletRefund()) {
        await screen.pos.vivaWallet.refunds.prepare(line);
    }
}

/**
 * Send a line to its terminal; pressed twice it is sent once. The cashier may have left the screen
 * when the customer pays.
 *
 * @param {Screen} screen
 * @param {Object} line payment line
 */
export async function send(screen, line) {
    // A refund is looked up before it has a session.
    if (line.isVivaWalletLocked() || line.payment_status === "waiting") {
        return;
    }
    const { pos, numberBuffer } = screen;
    pos.paymentTerminalInProgress = true;
    numberBuffer.capture();
    const isPaid = await line.pay();
    if (!isPaid && isPaymentScreenOf(pos, line.pos_order_id)) {
        numberBuffer.reset(); // what is typed next is a new amount
    }
    pos.paymentTerminalInProgress = false;
    await pos.vivaWallet.completion.finish(line, isPaid);
}

/**
 * Take a number that is typed for a line that pays back: it is what the line pays back.
 *
 * @param {Screen} screen
 * @param {Object} line payment line
 * @param {number|null|false} amount see `updateSelectedPaymentline` of `point_of_sale`
 */
export function enterRefundAmount(screen, line, amount) {
    if (!["pending", "retry"].includes(line.getPaymentStatus())) {
        return;
    }
    const buffer = screen.numberBuffer.get();
    const typed = amount === false && buffer ? screen.numberBuffer.getFloat() : amount;
    if (amount === null || (amount === false && buffer === null)) {
        screen.deletePaymentLine(line.uuid);
    } else {
        line.setAmount(-Math.abs(typed || 0));
    }
}

/**
 * Remove a line, once it is certain that its card was not charged.
 *
 * @param {Screen} screen
 * @param {string} uuid of the payment line
 * @param {() => Promise} removeAtOnce what `point_of_sale` does
 */
export async function remove(screen, uuid, removeAtOnce) {
    const order = screen.currentOrder;
    const saving = screen.pos.vivaWallet.orderSync.whenSaved(order.uuid);
    if (saving) {
        await saving; // the answer would bring the line back
    }
    const line = order.payment_ids.find((line) => line.uuid === uuid);
    if (!line) {
        return;
    }
    if (!line.isVivaWalletInFlight()) {
        return removeAtOnce();
    }
    if (isStatementNeeded(line)) {
        return askForStatement(screen, line);
    }
    const isCancelled = await line.payment_method_id.payment_terminal.sendPaymentCancel(
        order,
        uuid
    );
    if (isCancelled && order.payment_ids.includes(line)) {
        order.removePaymentline(line);
        screen.numberBuffer.reset();
    }
}

/** Whether cancelling cannot end the request, because Viva does not say what became of it. */
function isStatementNeeded(line) {
    const { phase, silent } = line.uiState.vivaWallet || {};
    return phase === PHASE.UNKNOWN || (silent && line.payment_status === "waitingCancel");
}

function askForStatement(screen, line) {
    screen.selectPaymentLine(line.uuid);
    screen.dialog.add(AlertDialog, {
        title: _t("Not known whether paid"),
        body: _t(
            "Look at the terminal, or at its last receipt, and say what it shows. After that the payment can be removed, or counts as paid."
        ),
    });
}

/**
 * Pay back a charge of an order that is still open.
 *
 * @param {Screen} screen
 * @param {Object} line payment line that was charged
 */
export async function reverse(screen, line) {
    const refund = await screen.pos.vivaWallet.refunds.undo(line);
    if (refund) {
        await screen.sendPaymentRequest(refund);
    }
}
