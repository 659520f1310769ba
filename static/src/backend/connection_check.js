import { Component, useEffect, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { VivaWalletLines } from "./lines";
import { settledSetupValues, setupValues } from "./setup_values";

/** The button "Check connection" and what came of it, before or after the form is saved. */
export class VivaWalletConnectionCheck extends Component {
    static template = "pos_viva_wallet.ConnectionCheck";
    static components = { VivaWalletLines };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ isChecking: false, lines: [] });
        // What was found out belongs to the values that were checked.
        useEffect(
            () => {
                this.state.lines = [];
            },
            () => [JSON.stringify(setupValues(this.props.record))]
        );
    }

    get summary() {
        return this.state.lines.some((line) => line.level === "bad") ? "bad" : "good";
    }

    async check() {
        const { record } = this.props;
        this.state.isChecking = true;
        try {
            const values = await settledSetupValues(record);
            this.state.lines = [];
            this.state.lines = await this.orm.call("viva.wallet.setup", "check_connection", [
                record.resId,
                values,
            ]);
        } finally {
            this.state.isChecking = false;
        }
    }
}

registry
    .category("view_widgets")
    .add("viva_wallet_connection_check", { component: VivaWalletConnectionCheck });
