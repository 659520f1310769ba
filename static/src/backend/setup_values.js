const TYPED_FIELDS = [
    "viva_wallet_test_mode",
    "viva_wallet_simulator_url",
    "viva_wallet_new_merchant_id",
    "viva_wallet_new_api_key",
    "viva_wallet_new_client_id",
    "viva_wallet_new_client_secret",
    "viva_wallet_terminal_id",
];

/**
 * @param {import("@web/model/relational_model/record").Record} record
 * @returns {Promise<Object<string, string | boolean>>} `setupValues` once what was typed last has
 *  arrived in the record: an onchange of the server may be on its way
 */
export async function settledSetupValues(record) {
    await record.isDirty();
    return setupValues(record);
}

/**
 * What the form of a payment method says now, saved or not, for the calls of `viva.wallet.setup`.
 *
 * @param {import("@web/model/relational_model/record").Record} record
 * @returns {Object<string, string | boolean>}
 */
export function setupValues(record) {
    const shown = TYPED_FIELDS.filter((name) => name in record.data);
    return Object.fromEntries(shown.map((name) => [name, record.data[name]]));
}
