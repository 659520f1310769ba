/**
 * @param {Object} [line] order line
 * @param {string} mode of the numpad: "quantity", "discount" or "price"
 * @param {string|number|null} value that is entered, "remove" for none
 * @returns {boolean} whether the line costs less by it
 */
export function takesAway(line, mode, value) {
    if (!line) {
        return false;
    }
    const number = parseFloat(value) || 0;
    switch (mode) {
        case "discount":
            return value !== "remove" && number > line.getDiscount();
        case "price":
            return value !== "remove" && number < line.price_unit;
        default:
            return value === "remove" || number < line.getQuantity();
    }
}
