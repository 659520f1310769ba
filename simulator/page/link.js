/** The page's connection with the simulator. */

const RETRY_MS = 1000;
const GONE = "The simulator does not answer. Start it again; this page comes back by itself.";

/** Something the simulator refused, with its sentence as the message. */
export class Refusal extends Error {
    /**
     * @param {string} message
     * @param {number} status HTTP status
     */
    constructor(message, status) {
        super(message);
        this.status = status;
    }
}

/**
 * Send a request to the control API.
 *
 * @param {string} path below /_simulator/
 * @param {RequestInit} [options]
 * @returns {Promise<object>} the answer
 * @throws {Refusal} when the simulator refuses
 * @throws {TypeError} when it does not answer
 */
async function call(path, options) {
    const response = await fetch(`/_simulator/${path}`, options);
    const answer = await response.json();
    if (!response.ok) {
        throw new Refusal(answer.error, response.status);
    }
    return answer;
}

/**
 * Ask the simulator to do something.
 *
 * @param {string} path below /_simulator/
 * @param {object} [values]
 * @returns {Promise<string>} a sentence when it was not done, otherwise ""
 */
export async function send(path, values = {}) {
    try {
        await call(path, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(values),
        });
        return "";
    } catch (error) {
        return error instanceof Refusal ? error.message : "The simulator does not answer.";
    }
}

/**
 * Address of something a terminal can do.
 *
 * @param {string} terminalId
 * @param {string} action
 */
export function actionPath(terminalId, action) {
    return `terminals/${encodeURIComponent(terminalId)}/${action}`;
}

/**
 * Follow the terminals for as long as the page is open. A hidden page gives its connection
 * back, because browsers allow only a few for each address.
 *
 * @param {string|null} terminalId only this one
 * @param {(news: object) => void} onNews
 * @param {(sentence: string) => void} onTrouble called with "" when the trouble is over
 */
export async function follow(terminalId, onNews, onTrouble) {
    let after = 0;
    for (;;) {
        await untilVisible();
        let news = null;
        try {
            news = await nextNews(terminalId, after);
        } catch (error) {
            after = 0;
            onTrouble(error instanceof Refusal ? error.message : GONE);
            await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
        if (news) {
            after = news.version;
            onTrouble("");
            onNews(news);
        }
    }
}

async function nextNews(terminalId, after) {
    const query = new URLSearchParams({ after });
    if (terminalId) {
        query.set("terminal", terminalId);
    }
    const controller = new AbortController();
    const onHidden = () => document.hidden && controller.abort();
    document.addEventListener("visibilitychange", onHidden);
    try {
        return await call(`events?${query}`, { signal: controller.signal });
    } catch (error) {
        if (controller.signal.aborted) {
            return null;
        }
        throw error;
    } finally {
        document.removeEventListener("visibilitychange", onHidden);
    }
}

function untilVisible() {
    if (!document.hidden) {
        return Promise.resolve();
    }
    return new Promise((resolve) =>
        document.addEventListener("visibilitychange", resolve, { once: true })
    );
}
