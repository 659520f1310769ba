/**
 * Plays random schedules of the till's state machine. Each that fails becomes a line of JSON,
 * `{"seed": 7, "faults": ["..."], "parts": ["..."]}`.
 *
 * Usage: node client.mjs STATIC_FOLDER FIRST_SEED COUNT [PART,PART,...]
 *
 * With parts, only these of the schedule happen, and the line is written in any case.
 */
import { register } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, first, count, parts] = process.argv.slice(2);
const base = pathToFileURL(`${folder}/`).href;
register("./client_loader.mjs", import.meta.url, { data: { base } });
const { makeSchedule, playSchedule } = await import(
    `${base}tests/unit/payment_flow/random_schedule.js`
);

/** @returns {Object} the schedule with only these of its events and troubles, counted together */
function keepParts({ seed, events, troubles }, kept) {
    return {
        seed,
        events: events.filter((_event, number) => kept.has(number)),
        troubles: troubles.filter((_trouble, number) => kept.has(events.length + number)),
    };
}

function describe({ events, troubles }) {
    return [
        ...events.map(({ at, what, lasts }) => `${at} ms: ${what} (${lasts} ms)`),
        ...troubles.map(({ call, kind }) => `call ${call} to the server: ${kind}`),
    ];
}

for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    let schedule = makeSchedule(seed);
    if (parts !== undefined) {
        schedule = keepParts(schedule, new Set(parts.split(",").filter(Boolean).map(Number)));
    }
    const faults = await playSchedule(schedule);
    if (faults.length || parts !== undefined) {
        const report = { seed, faults, parts: describe(schedule) };
        process.stdout.write(`${JSON.stringify(report)}\n`);
    }
}
