import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryOne, queryText } from "@odoo/hoot-dom";
import { ConnectionLostError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import {
    CARD,
    DECLINED,
    OPEN,
    SILENT,
    TERMINAL,
    UNKNOWN,
    dialogTitles,
    pass,
    refusal,
    settle,
    setupScreen,
    setupWaiting,
} from "../../till_env";

definePosModels();

const LINE = ".o_viva_wallet_line_status";

describe("what the cashier sees", () => {
    test("waiting, then paid, with the card on the line", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "waitingCard");
        expect(queryText(LINE)).toInclude(TERMINAL);
        server.approve(line);
        await pass();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "done");
        expect(queryText(LINE)).toInclude("Visa •••• 0133");
        for (const [name, value] of Object.entries(CARD)) {
            expect(line[name]).toBe(value);
        }
        expect(store.paymentTerminalInProgress).toBe(false);
    });

    test("declined, and a retry goes out under a new id", async () => {
        const { server, store, line } = await setupWaiting();
        const first = line.viva_wallet_session_id;
        server.answer = DECLINED;
        await pass();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "retry");
        expect(queryText(LINE)).toInclude(DECLINED.text);
        expect(store.paymentTerminalInProgress).toBe(false);
        server.answer = OPEN;
        await click(`${LINE} .send_payment_request`);
        await settle();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "waitingCard");
        expect(server.count("start_sale")).toBe(2);
        expect(line.viva_wallet_session_id).not.toBe(first);
    });

    test("what is not certain is not said", async () => {
        const { server } = await setupWaiting();
        server.answer = { ...DECLINED, text: "Look at the terminal.", uncertain: true };
        await pass();
        await animationFrame();
        expect(queryText(`${LINE} strong`)).toBe("Not certain whether paid");
        expect(queryText(LINE)).not.toInclude("Nothing was charged");
    });

    test("an unknown outcome offers three ways on, and a statement ends it", async () => {
        const { server, store, line } = await setupWaiting();
        server.answer = UNKNOWN;
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude(UNKNOWN.text);
        expect(`${LINE} .send_payment_cancel`).toHaveCount(0);
        expect(`${LINE} .o_viva_wallet_shows_paid`).toHaveCount(1);
        const asked = server.count("read_status");
        await click(`${LINE} .o_viva_wallet_check_again`);
        await settle();
        expect(server.count("read_status")).toBe(asked + 1);
        server.answer = { ...UNKNOWN, statement: "not_paid" };
        await click(`${LINE} .o_viva_wallet_shows_not_paid`);
        await settle();
        const cashier = { name: store.user.name, employee_id: false };
        expect(server.calls.at(-1).args).toEqual([line.viva_wallet_session_id, false, cashier]);
        expect(line.payment_status).toBe("retry");
    });

    test("no connection is said, and nothing is given up", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude("No connection to Odoo");
        expect(line.payment_status).toBe("waitingCard");
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
    });

    test("a right that is missing ends the request before it was sent", async () => {
        const { server, screen, order, method } = await setupScreen();
        server.answer = refusal("AccessError", "Only users of the Point of Sale can do that.");
        await screen.addNewPaymentLine(method);
        await settle();
        await animationFrame();
        expect(order.payment_ids[0].payment_status).toBe("retry");
        expect(queryText(LINE)).toInclude("Only users of the Point of Sale can do that.");
        await pass(60000);
        expect(server.count("start_sale")).toBe(1);
    });

    test("a right that goes missing after the request may have got through ends nothing", async () => {
        const { server, store, screen, order, method } = await setupScreen();
        store.config.auto_validate_terminal_payment = false;
        server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await screen.addNewPaymentLine(method);
        await settle();
        server.answer = refusal("AccessError", "Only users of the Point of Sale can do that.");
        await pass();
        await animationFrame();
        const [line] = order.payment_ids;
        expect(server.count("start_sale")).toBe(2);
        expect(line.isVivaWalletInFlight()).toBe(true);
        expect(queryText(LINE)).toInclude("Only users of the Point of Sale can do that.");
        expect(queryText(LINE)).toInclude("Not known whether paid");
        expect(queryText(LINE)).toInclude("An earlier request may have reached the terminal");
        expect(`${LINE} .send_payment_request`).toHaveCount(0);
        server.approve(line);
        await pass();
        expect(line.payment_status).toBe("done");
    });

    test("a server that does not take a repeated request ends nothing", async () => {
        const { server, screen, order, method } = await setupScreen();
        server.answer = new ConnectionLostError("/web/dataset/call_kw");
        await screen.addNewPaymentLine(method);
        await settle();
        const [line] = order.payment_ids;
        server.answer = { state: "failed", refused: true, text: "The register is closed. [R]" };
        await pass();
        await animationFrame();
        expect(line.isVivaWalletInFlight()).toBe(true);
        expect(queryText(LINE)).toInclude("The register is closed. [R]");
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
    });

    test("Viva is silent: said, with what can be done, until it speaks again", async () => {
        const { server, line } = await setupWaiting();
        server.answer = SILENT;
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude("Viva does not answer");
        expect(queryText(LINE)).toInclude(`Look at terminal ${TERMINAL}`);
        expect(`${LINE} .send_payment_cancel`).toHaveCount(1);
        expect(`${LINE} .o_viva_wallet_shows_not_paid`).toHaveCount(1);
        const asked = server.count("read_status");
        await click(`${LINE} .o_viva_wallet_check_again`);
        await settle();
        expect(server.count("read_status")).toBe(asked + 1);
        server.answer = OPEN;
        await pass();
        await animationFrame();
        expect(queryText(LINE)).toInclude("Waiting for card");
        expect(`${LINE} .o_viva_wallet_check_again`).toHaveCount(0);
        server.answer = SILENT;
        await pass();
        await animationFrame();
        server.answer = { ...UNKNOWN, statement: "not_paid" };
        await click(`${LINE} .o_viva_wallet_shows_not_paid`);
        await settle();
        expect(server.calls.at(-1).method).toBe("state_outcome");
        expect(line.payment_status).toBe("retry");
    });

    test("Viva is silent while cancelling: a statement ends it", async () => {
        const { server, store, screen, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        await animationFrame();
        server.answer = SILENT;
        await click(`${LINE} .send_payment_cancel`);
        await settle();
        await animationFrame();
        expect(queryText(LINE)).toInclude("not confirmed that the terminal has stopped");
        screen.deletePaymentLine(line.uuid);
        await animationFrame();
        expect(dialogTitles()).toEqual(["Not known whether paid"]);
        await click(".modal .btn-primary");
        await animationFrame();
        server.answer = { ...UNKNOWN, statement: "paid" };
        await click(`${LINE} .o_viva_wallet_shows_paid`);
        await settle();
        const cashier = { name: store.user.name, employee_id: false };
        expect(server.calls.at(-1).args).toEqual([line.viva_wallet_session_id, true, cashier]);
        expect(line.payment_status).toBe("done");
    });

    test("Odoo is silent: said, and nothing can be stated that nobody would record", async () => {
        const { server, store, line } = await setupWaiting();
        store.config.auto_validate_terminal_payment = false;
        server.answer = SILENT;
        await pass();
        server.answer = new Promise(() => {});
        await pass();
        await pass(20000);
        await animationFrame();
        expect(queryText(LINE)).toInclude("Odoo does not answer");
        expect(`${LINE} .o_viva_wallet_shows_paid`).toHaveCount(0);
        server.approve(line);
        await click(`${LINE} .o_viva_wallet_check_again`);
        await settle();
        expect(line.payment_status).toBe("done");
    });

    test("an error of the server is no outcome: the request is repeated under its id", async () => {
        const { server, screen, order, method, store } = await setupScreen();
        server.answer = refusal("UserError", "Something is broken.");
        await screen.addNewPaymentLine(method);
        await settle();
        const line = order.payment_ids[0];
        expect(line.payment_status).toBe("waiting");
        server.answer = DECLINED;
        await pass();
        expect(line.payment_status).toBe("retry");
        const ids = server.calls.map(({ args }) => args[0].session_id);
        expect(ids).toEqual([line.viva_wallet_session_id, line.viva_wallet_session_id]);
        expect(store.paymentTerminalInProgress).toBe(false);
    });

    test("cancelled at the till", async () => {
        const { server, store, line } = await setupWaiting();
        await animationFrame();
        await click(`${LINE} .send_payment_cancel`);
        await settle();
        await animationFrame();
        expect(queryOne(LINE)).toHaveAttribute("data-status", "waitingCancel");
        expect(`${LINE} button`).toHaveCount(0);
        expect(server.calls.at(-1).method).toBe("abort");
        server.answer = { ...DECLINED, text: "Nothing was charged. [A]" };
        await pass();
        expect(line.payment_status).toBe("retry");
        expect(store.paymentTerminalInProgress).toBe(false);
    });
});
