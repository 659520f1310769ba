import { expect, test } from "@odoo/hoot";
import { makeSchedule, playSchedule } from "./random_schedule";

const SEEDS = 400;

test("whatever goes wrong, paid means charged and everything ends", async () => {
    const faults = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
        for (const fault of await playSchedule(makeSchedule(seed))) {
            faults.push(`seed ${seed}: ${fault}`);
        }
    }
    expect(faults).toEqual([]);
});
