import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const ICONS = {
    good: "fa-check-circle text-success",
    bad: "fa-times-circle text-danger",
    warning: "fa-exclamation-triangle text-warning",
    info: "fa-info-circle text-info",
};

/**
 * What was found out, line by line.
 *
 * @typedef {{topic: string, level: "good"|"bad"|"warning"|"info", text: string}} Line
 */
export class VivaWalletLines extends Component {
    static template = "pos_viva_wallet.Lines";
    static props = { lines: Array };

    icon(level) {
        return ICONS[level];
    }
}

class VivaWalletLinesField extends Component {
    static template = "pos_viva_wallet.LinesField";
    static components = { VivaWalletLines };
    static props = { ...standardFieldProps };

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("viva_wallet_lines", {
    component: VivaWalletLinesField,
    supportedTypes: ["json"],
});
