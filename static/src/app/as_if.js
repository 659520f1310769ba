/**
 * A view of an object in which some properties have other values. What is set on the view stays there:
 * the object itself is not changed by it. Methods of the object work on the object.
 *
 * @template {Object} T
 * @param {T} object
 * @param {Object} values of the view, by name
 * @returns {T}
 */
export function asIf(object, values) {
    const own = new Map(Object.entries(values));
    return new Proxy(object, {
        get(target, name) {
            if (own.has(name)) {
                return own.get(name);
            }
            const value = target[name];
            return typeof value === "function" ? value.bind(target) : value;
        },
        set(_target, name, value) {
            own.set(name, value);
            return true;
        },
    });
}
