import { patch } from "@web/core/utils/patch";
import DevicesSynchronisation from "@point_of_sale/app/utils/devices_synchronisation";
import { withoutHeldTables } from "../held_tables";

patch(DevicesSynchronisation.prototype, {
    /**
     * Override: after each synchronisation `pos_restaurant`, whose patch comes before this one, moves the
     * lines of all orders of a table into one of them and deletes the others. No other module of Odoo
     * patches this.
     */
    async processDynamicRecords() {
        return super.processDynamicRecords.apply(withoutHeldTables(this), arguments);
    },
});
