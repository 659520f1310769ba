/** The page's connection with the simulator. */

const RETRY_MS = 1000;
// Browsers allow only a few connections for each address: a hidden page gives up its own so soon.
const POLL_SECONDS = 2;
const GONE = "The simulator does not answer. Start it again; this page comes back by itself.";

export const $ = (id) => document.getElementById(id);

/** Something the simulator refused, with its sentence as the message. */
class Refusal extends Error {}

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
        throw new Refusal(answer.error);
    }
    return answer;
}

/**
 * Ask the simulator to do something; show the sentence when it was not done.
 *
 * @param {string} path below /_simulator/
 * @param {object} [values]
 * @returns {Promise<boolean>} whether it was done
 */
export async function send(path, values = {}) {
    let problem = "";
    try {
        await call(path, { method: "POST", body: JSON.stringify(values) });
    } catch (error) {
        problem = error instanceof Refusal ? error.message : "The simulator does not answer.";
    }
    $("problem").textContent = problem;
    return !problem;
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
 * Follow the terminals for as long as the page is open, and say when they are out of reach.
 *
 * @param {string|null} terminalId only this one
 * @param {(news: object) => void} onNews
 */
export async function follow(terminalId, onNews) {
    const query = new URLSearchParams({ timeout: POLL_SECONDS });
    if (terminalId) {
        query.set("terminal", terminalId);
    }
    for (;;) {
        await untilVisible();
        try {
            const news = await call(`events?${query}`);
            showTrouble("");
            if (query.get("after") !== String(news.version)) {
                query.set("after", news.version);
                onNews(news);
            }
        } catch (error) {
            query.delete("after");
            showTrouble(error instanceof Refusal ? error.message : GONE);
            await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
    }
}

function showTrouble(sentence) {
    $("gone").textContent = sentence;
    $("gone").hidden = !sentence;
    document.body.classList.toggle("is-gone", Boolean(sentence));
}

function untilVisible() {
    const isVisible = (resolve) => !document.hidden && resolve();
    return new Promise((resolve) => {
        isVisible(resolve);
        document.addEventListener("visibilitychange", () => isVisible(resolve));
    });
}
