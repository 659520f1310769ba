import { animationFrame, describe, expect, test } from "@odoo/hoot";
import { click, queryText } from "@odoo/hoot-dom";
import { makeServerError, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { dialogTitles, settle, setupRefund, setupScreen, refundableCard } from "../../till_env";

definePosModels();

const ADDRESS = { street: "Street 1", city: "Athens" };

/** Tap the method, and wait for what comes up. */
async function tap({ screen, order, method, server }) {
    screen.addNewPaymentLine(method);
    await settle();
    await animationFrame();
    return { line: order.payment_ids.at(-1), sent: server.count("start_sale") };
}

/** Answer the open dialog. */
async function answer(button) {
    await click(`.modal-footer ${button}`);
    await settle();
    await animationFrame();
}

function expectNotSent({ line, sent }, ...titles) {
    expect(sent).toBe(0);
    expect(dialogTitles()).toEqual(titles);
    expect(line.payment_status).toBe("retry");
    expect(line.uiState.vivaWallet.text).toInclude("Nothing was sent");
}

/** The cashier is offered the customers and takes this one, or none. */
function choose(store, order, partner) {
    patchWithCleanup(store, {
        async selectPartner() {
            expect.step("customers");
            if (partner) {
                order.setPartner(partner);
            }
            return partner;
        },
    });
}

describe("an ordinary sale", () => {
    test("is sent without a dialog and without another call to the server", async () => {
        const till = await setupScreen();
        const calls = [];
        onRpc("*", ({ method }) => {
            calls.push(method);
        });
        await tap(till);
        expect(calls[0]).toBe("start_sale");
        expect(dialogTitles()).toEqual([]);
    });

    test("tells the server who is to be invoiced", async () => {
        const till = await setupScreen();
        const partner = till.store.models["res.partner"].get(3);
        till.order.setPartner(partner);
        till.order.setToInvoice(true);
        await tap(till);
        expect(till.server.last("start_sale")).toMatchObject({ to_invoice: true, partner_id: 3 });
    });
});

describe("a customer is missing", () => {
    test("for a method that identifies customers, and none is chosen", async () => {
        const till = await setupScreen();
        till.method.split_transactions = true;
        choose(till.store, till.order, false);
        await tap(till);
        expect(dialogTitles()).toEqual(["Customer Required"]);
        await answer(".btn-primary");
        expect.verifySteps(["customers"]);
        expectNotSent({ line: till.order.payment_ids[0], sent: till.server.count("start_sale") });
    });

    test("... is chosen, and the payment goes on", async () => {
        const till = await setupScreen();
        till.method.split_transactions = true;
        choose(till.store, till.order, till.store.models["res.partner"].get(3));
        await tap(till);
        await answer(".btn-primary");
        expect.verifySteps(["customers"]);
        expect(till.server.count("start_sale")).toBe(1);
    });

    test("for an invoice", async () => {
        const till = await setupScreen();
        till.order.setToInvoice(true);
        choose(till.store, till.order, till.store.models["res.partner"].get(3));
        await tap(till);
        expect(dialogTitles()).toEqual(["Please select the Customer"]);
        expect(till.server.count("start_sale")).toBe(0);
        await answer(".btn-primary");
        expect.verifySteps(["customers"]);
        expect(till.server.count("start_sale")).toBe(1);
    });

    test("... and the question is declined", async () => {
        const till = await setupScreen();
        till.order.setToInvoice(true);
        await tap(till);
        await answer(".btn-secondary");
        expectNotSent({ line: till.order.payment_ids[0], sent: till.server.count("start_sale") });
    });

    test("is asked for by a part payment, too", async () => {
        const till = await setupScreen();
        const { order, method, server } = till;
        order.setToInvoice(true);
        const line = order.addPaymentline(method).data;
        line.setAmount(1);
        till.screen.sendPaymentRequest(line);
        await settle();
        await animationFrame();
        expect(dialogTitles()).toEqual(["Please select the Customer"]);
        expect(server.count("start_sale")).toBe(0);
    });

    test("with a price list that changes the amount: the cashier sees it before it is sent", async () => {
        const till = await setupScreen();
        const { order, store } = till;
        till.method.split_transactions = true;
        const partner = store.models["res.partner"].get(3);
        choose(store, order, partner);
        patchWithCleanup(order, {
            setPartner(chosen) {
                order.partner_id = chosen;
                order.lines[0].setUnitPrice(1);
            },
        });
        const { line } = await tap(till);
        const before = line.amount;
        await answer(".btn-primary");
        expect.verifySteps(["customers"]);
        expectNotSent({ line, sent: till.server.count("start_sale") });
        expect(line.amount).not.toBe(before);
        expect(line.amount).toBe(order.totalDue);
    });
});

describe("something else of the order is missing", () => {
    test("the address to ship it to", async () => {
        const till = await setupScreen();
        const partner = till.store.models["res.partner"].get(3);
        till.order.setPartner(partner);
        till.order.setShippingDate("2026-12-01");
        expectNotSent(await tap(till), "Incorrect address for shipping");
        await answer(".btn-primary");
        partner.update({ ...ADDRESS, country_id: till.store.models["res.country"].getFirst() });
        till.screen.sendPaymentRequest(till.order.payment_ids[0]);
        await settle();
        expect(till.server.count("start_sale")).toBe(1);
    });

    test("what its preset wants", async () => {
        const till = await setupScreen();
        till.order.preset_id = till.store.models["pos.preset"].find(
            (preset) => preset.identification === "name"
        );
        expectNotSent(await tap(till), "Customer required");
    });

    test("what another module checks", async () => {
        // As `l10n_pe_pos` does: after `point_of_sale` has found nothing.
        const till = await setupScreen();
        patchWithCleanup(OrderPaymentValidation.prototype, {
            async isOrderValid() {
                const isValid = await super.isOrderValid(...arguments);
                expect.step(`valid: ${isValid}, paid: ${this.order.isPaid()}`);
                return false;
            },
        });
        expectNotSent(await tap(till));
        expect.verifySteps(["valid: true, paid: true"]);
        expect(till.order.isPaid()).toBe(false);
    });

    test("an invoice that `l10n_es_pos` wants above a limit", async () => {
        const till = await setupScreen();
        till.store.config.is_spanish = true;
        let isBelow = false;
        patchWithCleanup(PosOrder.prototype, { canBeSimplifiedInvoiced: () => isBelow });
        patchWithCleanup(OrderPaymentValidation.prototype, {
            async askBeforeValidation() {
                expect.step("asked");
                this.order.is_l10n_es_simplified_invoice = false;
                return false;
            },
        });
        const { line, ...rest } = await tap(till);
        expectNotSent({ line, ...rest });
        expect.verifySteps(["asked"]);
        isBelow = true;
        till.screen.sendPaymentRequest(line);
        await settle();
        expect.verifySteps([]);
        expect(till.server.count("start_sale")).toBe(1);
    });
});

describe("change that nobody can give", () => {
    /** A register without cash, beside another one that has some. */
    async function setupCashless() {
        const till = await setupScreen();
        till.store.config.payment_method_ids = [till.method];
        const line = till.order.addPaymentline(till.method).data;
        const send = async (amount) => {
            line.setAmount(amount);
            till.screen.sendPaymentRequest(line);
            await settle();
            await animationFrame();
            return { line, sent: till.server.count("start_sale") };
        };
        return { ...till, line, send, due: till.order.totalDue };
    }

    test("is not asked for", async () => {
        const { send, due } = await setupCashless();
        expectNotSent(await send(due + 1), "Cannot return change without a cash payment method");
    });

    test("... nor after a declined try", async () => {
        const { send, due, server } = await setupCashless();
        server.answer = { state: "failed", text: "The card was declined. [1006]" };
        await send(due);
        server.calls.length = 0;
        expectNotSent(await send(due + 1), "Cannot return change without a cash payment method");
    });

    test("the exact amount and a part of it are asked for", async () => {
        const { send, due, server } = await setupCashless();
        server.answer = { state: "failed", text: "The card was declined. [1006]" };
        expect((await send(due)).sent).toBe(1);
        expect((await send(due - 1)).sent).toBe(2);
        expect(dialogTitles()).toEqual([]);
    });

    test("where there is cash, more may be charged", async () => {
        const till = await setupScreen();
        const line = till.order.addPaymentline(till.method).data;
        line.setAmount(till.order.totalDue + 1);
        till.screen.sendPaymentRequest(line);
        await settle();
        expect(till.server.count("start_sale")).toBe(1);
    });
});

describe("coupons", () => {
    const CARD_ID = 7;

    /** An order that uses up ten points of a card, as `pos_loyalty` has it. */
    async function setupCoupons(answer) {
        const till = await setupScreen();
        const card = { id: CARD_ID, points: 10, delete: () => expect.step("card removed") };
        const reward = {
            coupon_id: card,
            points_cost: 10,
            delete: () => expect.step("reward removed"),
        };
        patchWithCleanup(PosOrder.prototype, {
            _get_reward_lines: () => [reward],
            _updateRewardLines: () => expect.step("rewards"),
        });
        till.order.uiState.couponPointChanges = { 7: { coupon_id: CARD_ID, points: 2 } };
        onRpc("pos.order", "validate_coupon_programs", ({ args }) => {
            expect.step(args.slice(1));
            return answer();
        });
        patchWithCleanup(till.store, {
            models: { ...till.store.models, "loyalty.card": { get: () => card } },
            orderUpdateLoyaltyPrograms: async () => expect.step("programs"),
        });
        return { ...till, card };
    }

    test("that are good are no obstacle", async () => {
        const till = await setupCoupons(() => ({ successful: true, payload: {} }));
        expect((await tap(till)).sent).toBe(1);
        expect.verifySteps([[{ 7: -8 }, []]]);
    });

    test("that are used up meanwhile are said to be", async () => {
        const till = await setupCoupons(() => ({
            successful: false,
            payload: { message: "Not enough points", updated_points: { 7: 3 } },
        }));
        expectNotSent(await tap(till), "Error validating rewards");
        expect(queryText(".modal-body")).toInclude("Not enough points");
        expect(till.card.points).toBe(3);
        expect.verifySteps([[{ 7: -8 }, []], "programs", "rewards"]);
    });

    test("that do not exist any more are removed, with what they gave", async () => {
        const till = await setupCoupons(() => ({
            successful: false,
            payload: { message: "Some coupons are invalid", removed_coupons: [CARD_ID] },
        }));
        expectNotSent(await tap(till), "Error validating rewards");
        expect.verifySteps([
            [{ 7: -8 }, []],
            "reward removed",
            "card removed",
            "programs",
            "rewards",
        ]);
    });

    test("that change the rest to pay change what is asked for next", async () => {
        const till = await setupCoupons(() => ({
            successful: false,
            payload: { message: "Not enough points", updated_points: { 7: 3 } },
        }));
        patchWithCleanup(PosOrder.prototype, {
            _updateRewardLines() {
                this.lines[0].setUnitPrice(50);
            },
        });
        const { line } = await tap(till);
        expect(line.amount).toBe(till.order.totalDue);
        expect.verifySteps([[{ 7: -8 }, []], "programs"]);
    });

    test("that cannot be checked do not stop the sale", async () => {
        const till = await setupCoupons(() => {
            throw makeServerError({ message: "No" });
        });
        expect((await tap(till)).sent).toBe(1);
        expect.verifySteps([[{ 7: -8 }, []]]);
    });

    test("that only gain points are not asked about", async () => {
        const till = await setupCoupons(() => ({ successful: true, payload: {} }));
        patchWithCleanup(PosOrder.prototype, { _get_reward_lines: () => [] });
        expect((await tap(till)).sent).toBe(1);
        expect.verifySteps([]);
    });

    test("that are sold must not exist yet", async () => {
        const till = await setupCoupons(() => ({ successful: true, payload: {} }));
        patchWithCleanup(PosOrder.prototype, { _get_reward_lines: () => [] });
        till.order.uiState.couponPointChanges = { "-1": { coupon_id: -1, barcode: "044" } };
        expect((await tap(till)).sent).toBe(1);
        expect.verifySteps([[{}, ["044"]]]);
    });
});

describe("while the order is checked", () => {
    /** The server takes its time about a coupon. */
    async function setupChecking() {
        const till = await setupScreen();
        patchWithCleanup(PosOrder.prototype, {
            _get_reward_lines: () => [{ coupon_id: { id: 7 }, points_cost: 10 }],
        });
        let respond;
        onRpc("pos.order", "validate_coupon_programs", () => new Promise((r) => (respond = r)));
        const { line } = await tap(till);
        expect(line.payment_status).toBe("waiting");
        const finish = async () => {
            respond({ successful: true, payload: {} });
            await settle();
        };
        return { ...till, line, finish };
    }

    test("the payment can be cancelled", async () => {
        const { screen, server, line, finish } = await setupChecking();
        await screen.sendPaymentCancel(line);
        await finish();
        expect(line.payment_status).toBe("retry");
        expect(line.uiState.vivaWallet.text).toInclude("Cancelled before");
        expect(server.calls).toEqual([]);
    });

    test("its line can be removed", async () => {
        const { screen, server, order, line, finish } = await setupChecking();
        await screen.deletePaymentLine(line.uuid);
        await finish();
        expect(order.payment_ids.length).toBe(0);
        expect(server.calls).toEqual([]);
    });

    test("the order can be paid otherwise", async () => {
        const { server, order, finish } = await setupChecking();
        order.state = "paid";
        await finish();
        expect(server.calls).toEqual([]);
    });
});

test("a check that fails does not stop the sale", async () => {
    const till = await setupScreen();
    patchWithCleanup(OrderPaymentValidation.prototype, {
        isOrderValid() {
            throw new Error("not made for this");
        },
    });
    patchWithCleanup(console, { warn: () => {} });
    expect((await tap(till)).sent).toBe(1);
});

test("an online payment is not made by it", async () => {
    const till = await setupScreen();
    till.store.config.payment_method_ids[0].is_online_payment = true;
    patchWithCleanup(OrderPaymentValidation.prototype, {
        async isOrderValid() {
            const methods = this.payment_methods_from_config;
            expect.step(methods.some((method) => method.is_online_payment));
            return super.isOrderValid(...arguments);
        },
    });
    expect((await tap(till)).sent).toBe(1);
    expect.verifySteps([false]);
});

test("a refund is checked, too", async () => {
    const { screen, order, method, server } = await setupRefund(refundableCard());
    order.setToInvoice(true);
    await screen.addNewPaymentLine(method);
    await settle();
    screen.sendPaymentRequest(order.payment_ids[0]);
    await settle();
    await animationFrame();
    expect(dialogTitles()).toEqual(["Please select the Customer"]);
    expect(server.count("start_refund")).toBe(0);
    await answer(".btn-secondary");
    order.setToInvoice(false);
    screen.sendPaymentRequest(order.payment_ids[0]);
    await settle();
    expect(server.count("start_refund")).toBe(1);
});
