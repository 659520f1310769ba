/**
 * Plays schedules of the till's state machine: each is a line of JSON, and so is the list of what was
 * wrong after it.
 *
 * Usage: node client.mjs STATIC_FOLDER
 */
import { register } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const base = pathToFileURL(`${folder}/`).href;
register("./client_loader.mjs", import.meta.url, { data: { base } });
const { playSchedule } = await import(`${base}tests/unit/payment_flow/random_schedule.js`);

for await (const line of createInterface({ input: process.stdin })) {
    const faults = await playSchedule(JSON.parse(line));
    process.stdout.write(`${JSON.stringify(faults)}\n`);
}
