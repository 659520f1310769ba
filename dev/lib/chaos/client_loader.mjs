/** Lets Node find and load the till's modules as Odoo's asset bundles do. */

const ALIAS = "@pos_viva_wallet/";
let base;

export function initialize(data) {
    base = data.base;
}

export function resolve(specifier, context, nextResolve) {
    if (specifier.startsWith(ALIAS)) {
        return nextResolve(`${base}src/${specifier.slice(ALIAS.length)}.js`, context);
    }
    const isRelative = specifier.startsWith(".") && context.parentURL?.startsWith(base);
    return nextResolve(isRelative ? `${specifier}.js` : specifier, context);
}

export function load(url, context, nextLoad) {
    return nextLoad(url, url.startsWith(base) ? { ...context, format: "module" } : context);
}
