import { describe, expect, test } from "@odoo/hoot";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { refundableCard, settle, setupRefund } from "../till_env";

definePosModels();

describe("a page that was reloaded and has only the refund", () => {
    const REFUNDED = 4711;

    /** The sale is finished, so the page does not have it any more. */
    async function setupReloaded(...cards) {
        const till = await setupRefund(...cards);
        const [line] = till.order.lines;
        till.store.models.loadConnectedData({
            "pos.order.line": [
                { ...line.serializeForIndexedDB(), refunded_orderline_id: REFUNDED },
            ],
        });
        expect(line.refunded_orderline_id).toBe(undefined);
        return till;
    }

    test("tells the server what it knows, and pays back", async () => {
        const { server, screen, order, method } = await setupReloaded(refundableCard());
        await screen.addNewPaymentLine(method);
        await settle();
        const asked = server.last("list_refundable");
        expect(asked.order_uuid).toBe(order.uuid);
        expect(asked.refunded_line_ids).toEqual([REFUNDED]);
        const [line] = order.payment_ids;
        expect(line.isVivaWalletRefund()).toBe(true);
        expect(line.viva_wallet_parent_session_id).toBe(refundableCard().session_id);
    });

    test("saves it as a refund of that sale", async () => {
        const { order } = await setupReloaded();
        const saved = order.serializeForORM();
        expect(saved.is_refund).toBe(true);
        expect(saved.lines.map(([, , values]) => values.refunded_orderline_id)).toEqual([
            REFUNDED,
            false,
        ]);
    });
});
