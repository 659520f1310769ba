import { expect, test } from "@odoo/hoot";
import { settledSetupValues } from "@pos_viva_wallet/backend/setup_values";

test("what was typed last is taken, also while the server thinks about it", async () => {
    const record = {
        data: { name: "Card", viva_wallet_terminal_id: "16000001" },
        /** The onchange that the form waits for before it knows what it holds. */
        async isDirty() {
            await Promise.resolve();
            record.data = { ...record.data, viva_wallet_terminal_id: "16009999" };
            return true;
        },
    };
    expect(await settledSetupValues(record)).toEqual({ viva_wallet_terminal_id: "16009999" });
});
