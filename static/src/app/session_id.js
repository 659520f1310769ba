/**
 * Make the id of a request to a terminal.
 *
 * `crypto.randomUUID` is missing on pages that are not served over https, as in many shops;
 * `uuidv4` of the Point of Sale uses `Math.random`, which is too little for an id that must never
 * come twice at the payment provider.
 *
 * @returns {string} a UUIDv4 in lower case
 */
export function newSessionId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
