import { saleStatements, saleText, saleTitle } from "../sale_texts";
import { VivaWalletLineStatus } from "./line_status";

/** The status of one line that charges a card. */
export class VivaWalletSaleStatus extends VivaWalletLineStatus {
    static template = "pos_viva_wallet.SaleStatus";

    get title() {
        return saleTitle(this.situation.name);
    }

    get text() {
        return saleText(this.situation.nameOfText, this.textContext);
    }

    get statements() {
        return saleStatements();
    }

    get canUndo() {
        return this.props.line.canVivaWalletBeUndone();
    }

    get hasButtons() {
        return super.hasButtons || this.canUndo;
    }
}
