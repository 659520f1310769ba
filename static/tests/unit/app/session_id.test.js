import { expect, test } from "@odoo/hoot";
import { newSessionId } from "@pos_viva_wallet/app/session_id";

test("a session id is a UUIDv4 in lower case", () => {
    for (let count = 0; count < 200; count++) {
        expect(newSessionId()).toMatch(
            /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
        );
    }
});

test("session ids do not repeat", () => {
    const ids = Array.from({ length: 10000 }, newSessionId);
    expect(new Set(ids).size).toBe(ids.length);
});
