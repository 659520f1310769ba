import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";

import { settledSetupValues } from "./setup_values";
import { VivaWalletTerminalsDialog } from "./terminals_dialog";

/** The id of a terminal: typed, or found in the account. */
export class VivaWalletTerminalField extends Component {
    static template = "pos_viva_wallet.TerminalField";
    static components = { CharField };
    static props = CharField.props;

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({ isSearching: false });
    }

    async find() {
        const { record } = this.props;
        this.state.isSearching = true;
        try {
            const found = await this.orm.call("viva.wallet.setup", "find_terminals", [
                record.resId,
                await settledSetupValues(record),
            ]);
            this.offer(found);
        } finally {
            this.state.isSearching = false;
        }
    }

    offer(found) {
        if (found.problem) {
            this.notification.add(found.problem, {
                title: _t("No terminals found"),
                type: "danger",
                sticky: true,
            });
            return;
        }
        this.dialog.add(VivaWalletTerminalsDialog, {
            terminals: found.terminals,
            registers: found.registers,
            choose: this.choose.bind(this),
        });
    }

    /**
     * The first terminal becomes that of this form; the others get payment methods of their own.
     *
     * @param {{terminal_id: string, register_id: number | false}[]} terminals
     */
    async choose([first, ...others]) {
        const { record, name } = this.props;
        await record.update({ [name]: first.terminal_id });
        if (!others.length || !(await record.save())) {
            return;
        }
        const ids = await this.orm.call("viva.wallet.setup", "create_methods", [
            record.resId,
            others,
        ]);
        await this.action.doAction({
            type: "ir.actions.act_window",
            name: _t("Payment methods of these terminals"),
            res_model: "pos.payment.method",
            views: [
                [false, "list"],
                [false, "form"],
            ],
            domain: [["id", "in", [record.resId, ...ids]]],
        });
    }
}

registry.category("fields").add("viva_wallet_terminal", {
    ...charField,
    component: VivaWalletTerminalField,
});
