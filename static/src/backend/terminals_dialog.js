import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";

/**
 * The terminals of an account: pick one, or tick several.
 *
 * @typedef {Object} Terminal see `find_terminals` of `viva.wallet.setup`
 */
export class VivaWalletTerminalsDialog extends Component {
    static template = "pos_viva_wallet.TerminalsDialog";
    static components = { Dialog };
    static props = {
        terminals: Array,
        registers: Array,
        choose: Function,
        close: Function,
    };

    setup() {
        this.state = useState({
            rows: this.props.terminals.map((terminal) => ({
                ...terminal,
                isTicked: false,
                register: "",
            })),
        });
    }

    get ticked() {
        return this.state.rows.filter((row) => row.isTicked);
    }

    pick(row) {
        this.finish([row]);
    }

    pickTicked() {
        this.finish(this.ticked);
    }

    finish(rows) {
        this.props.close();
        this.props.choose(
            rows.map((row) => ({
                terminal_id: row.terminal_id,
                register_id: Number(row.register) || false,
            }))
        );
    }
}
