import { expect, test } from "@odoo/hoot";
import { UnsyncedEdits } from "@pos_viva_wallet/app/unsynced_edits";

function lineOf(uuid, amount) {
    return {
        uuid,
        amount,
        setAmount(value) {
            this.amount = value;
        },
    };
}

function orderOf(...lines) {
    return {
        partner_id: undefined,
        to_invoice: false,
        payment_ids: lines,
        update(values) {
            Object.assign(this, values);
        },
        removePaymentline(line) {
            this.payment_ids = this.payment_ids.filter((other) => other !== line);
        },
    };
}

test("what was edited is edited again in what the server has sent", () => {
    const order = orderOf(lineOf("a", 1), lineOf("b", 2));
    const edits = new UnsyncedEdits(order);
    order.payment_ids[0].setAmount(5);
    order.removePaymentline(order.payment_ids[1]);
    order.update({ partner_id: 7 });
    edits.record();
    Object.assign(order, orderOf(lineOf("a", 1), lineOf("b", 2)));
    edits.reapply();
    expect(order.payment_ids.map(({ uuid, amount }) => [uuid, amount])).toEqual([["a", 5]]);
    expect(order.partner_id).toBe(7);
    expect(order.to_invoice).toBe(false);
});

test("what was not edited is left as the server has sent it", () => {
    const order = orderOf(lineOf("a", 1));
    const edits = new UnsyncedEdits(order);
    edits.record();
    Object.assign(order, orderOf(lineOf("a", 9)), { to_invoice: true });
    edits.reapply();
    expect(order.payment_ids[0].amount).toBe(9);
    expect(order.to_invoice).toBe(true);
});
