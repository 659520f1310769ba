import { describe, expect, test } from "@odoo/hoot";
import { RPCError } from "@web/core/network/rpc";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { denial } from "@pos_viva_wallet/app/till_rpc";

definePosModels();

describe("a call that is made", () => {
    test("by somebody who may not", () => {
        const forbidden = new RPCError();
        forbidden.exceptionName = "odoo.exceptions.AccessError";
        forbidden.data = { message: "Not you." };
        expect(denial("one", forbidden)).toEqual({
            session_id: "one",
            state: "failed",
            refused: true,
            text: "Not you.",
        });
        expect(() => denial("one", new RPCError())).toThrow();
    });
});
