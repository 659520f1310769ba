import { expect, test } from "@odoo/hoot";
import { playSchedule } from "./random_schedule";
import { SCHEDULES } from "./random_schedules";

test("whatever goes wrong, paid means charged and everything ends", async () => {
    const faults = [];
    for (const schedule of SCHEDULES) {
        for (const fault of await playSchedule(schedule)) {
            faults.push(`${fault}: dev/chaos client --replay '${JSON.stringify(schedule)}'`);
        }
    }
    expect(SCHEDULES.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
});
