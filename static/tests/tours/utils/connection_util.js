import { run } from "@point_of_sale/../tests/generic_helpers/utils";

const realSend = XMLHttpRequest.prototype.send;

/** What becomes of a call, by the state that the server is in. */
const ANSWERS = {
    /** Nobody listens: Odoo restarts, or the network is down. */
    gone: (xhr) => xhr.dispatchEvent(new Event("error")),
    /** A proxy speaks for Odoo. */
    proxy: (xhr) => answer(xhr, 502, "<html><body>502 Bad Gateway</body></html>"),
    /** Odoo has lost its database. */
    broken: (xhr) =>
        answer(
            xhr,
            200,
            JSON.stringify({
                error: {
                    code: 0,
                    message: "Odoo Server Error",
                    data: {
                        name: "psycopg2.OperationalError",
                        message: "server closed",
                        context: {},
                    },
                },
            })
        ),
    /** It takes calls and never answers. */
    silent: () => {},
};

function answer(xhr, status, response) {
    Object.defineProperties(xhr, { status: { value: status }, response: { value: response } });
    xhr.dispatchEvent(new Event("load"));
}

/**
 * @param {"gone"|"proxy"|"broken"|"silent"|"well"} state
 * @param {string} [call] only calls that contain this text, default: those about the terminal
 */
export function serverIs(state, call = "viva.wallet.till") {
    return run(() => {
        XMLHttpRequest.prototype.send = function (body) {
            if (state === "well" || !String(body).includes(call)) {
                return realSend.call(this, body);
            }
            queueMicrotask(() => ANSWERS[state](this));
        };
    }, `the server is ${state}`);
}
