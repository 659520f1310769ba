import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** "No Viva account?": fills in what the simulator on this machine accepts. */
export class VivaWalletSimulatorLink extends Component {
    static template = "pos_viva_wallet.SimulatorLink";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
    }

    async fill() {
        const values = await this.orm.call("viva.wallet.setup", "simulator_values", []);
        await this.props.record.update(values);
    }
}

registry
    .category("view_widgets")
    .add("viva_wallet_simulator_link", { component: VivaWalletSimulatorLink });
