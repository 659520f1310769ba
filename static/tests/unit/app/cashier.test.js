import { expect, test } from "@odoo/hoot";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { cashierOf, isManager } from "@pos_viva_wallet/app/cashier";
import { SILENT, UNKNOWN, actAsUser, pass, setupTill, setupWaiting } from "../till_env";

definePosModels();

const ANNA = { id: 7, name: "Anna", _role: "cashier", model: { name: "hr.employee" } };

/** Somebody is logged in at a till of `pos_hr`, or nobody. */
function logIn(store, cashier) {
    patchWithCleanup(store, { getCashier: () => cashier });
}

test("is the Odoo user where employees do not log in", async () => {
    const { store } = await setupTill();
    expect(cashierOf(store)).toEqual({ name: store.user.name, employee_id: false });
});

test("is the employee who is logged in", async () => {
    const { store } = await setupTill();
    logIn(store, ANNA);
    expect(cashierOf(store)).toEqual({ name: "Anna", employee_id: 7 });
});

test("is nobody on the login screen", async () => {
    const { store } = await setupTill();
    logIn(store, false);
    expect(cashierOf(store)).toEqual({ name: "", employee_id: false });
});

test("is a manager only where the user is one, too", async () => {
    const { store } = await setupTill();
    actAsUser(store, "manager");
    expect(isManager(store)).toBe(true);
    logIn(store, ANNA);
    expect(isManager(store)).toBe(false);
    logIn(store, { ...ANNA, _role: "manager" });
    expect(isManager(store)).toBe(true);
    actAsUser(store, "cashier");
    expect(isManager(store)).toBe(false);
    logIn(store, false);
    expect(isManager(store)).toBe(false);
});

test("goes along with the request, and is put onto the order", async () => {
    const { store, server, order, method } = await setupTill();
    logIn(store, ANNA);
    const line = order.addPaymentline(method).data;
    server.approve(line);
    await line.pay();
    expect(server.last("start_sale").cashier).toEqual({ name: "Anna", employee_id: 7 });
    expect(order.employee_id.id).toBe(7);
});

test("of a statement and of a cancellation is who makes it", async () => {
    const { store, server, line } = await setupWaiting();
    logIn(store, ANNA);
    store.vivaWallet.flows.cancel(line);
    await pass();
    const told = (method) => server.calls.findLast((call) => call.method === method).args.at(-1);
    expect(told("abort")).toEqual({ name: "Anna", employee_id: 7 });
    server.answer = UNKNOWN;
    await pass(3000);
    server.answers.state_outcome = SILENT;
    store.vivaWallet.flows.stateOutcome(line, true);
    await pass();
    expect(told("state_outcome")).toEqual({ name: "Anna", employee_id: 7 });
});
