/** What a payment line looks like to the cashier: decided here for its title, text, icon and buttons. */

import { PHASE } from "./payment_flow";

export class LineSituation {
    /** @param {Object} line payment line */
    constructor(line) {
        this.line = line;
        this.status = line.payment_status;
        /** What `showOnLine` has put onto the line. */
        this.flow = line.uiState?.vivaWallet || {};
        this.isInFlight = line.isVivaWalletInFlight();
    }

    /** Viva cannot say what became of the request. */
    get isUnknown() {
        return this.isInFlight && this.flow.phase === PHASE.UNKNOWN;
    }

    /** The request is running. */
    get isBusy() {
        return this.isInFlight && !this.isUnknown;
    }

    /** Odoo does not answer: nothing can be said or stated, only asked once more. */
    get isUnreachable() {
        return this.isBusy && Boolean(this.flow.unreachable);
    }

    /** Viva does not answer Odoo: what the terminal shows may be stated. */
    get isSilent() {
        return this.isBusy && Boolean(this.flow.silent) && !this.flow.offline;
    }

    /** Nobody answers. */
    get isStuck() {
        return this.isUnreachable || this.isSilent;
    }

    /** A call was not taken, while an earlier one may have got through. */
    get isRefused() {
        return this.isBusy && !this.isStuck && Boolean(this.flow.refusal);
    }

    /** Viva says that nothing was charged, in a way after which it was seen to change its mind. */
    get isUncertain() {
        return this.status === "retry" && Boolean(this.flow.uncertain);
    }

    /** The cashier may say what the terminal shows. */
    get canState() {
        return this.isUnknown || (this.isSilent && !this.isUnreachable);
    }

    /** The cashier may have the outcome asked for once more. */
    get canCheckAgain() {
        return this.isUnknown || this.isStuck;
    }

    /** The cashier may have the terminal stopped. */
    get canCancel() {
        return ["waiting", "waitingCard"].includes(this.status) && !this.isUnknown;
    }

    /** Nothing is running and nothing is paid: the line may be sent, or sent again. */
    get canSend() {
        return ["pending", "retry"].includes(this.status);
    }

    /**
     * @returns {string} "unreachable", "silent", "refused", "unknown", "uncertain", or else the status
     *  of the line
     */
    get name() {
        if (this.isUnreachable) {
            return "unreachable";
        }
        if (this.isSilent) {
            return "silent";
        }
        if (this.isRefused) {
            return "refused";
        }
        if (this.isUnknown && this.status === "waitingCard") {
            return "unknown";
        }
        return this.isUncertain ? "uncertain" : this.status;
    }

    /** @returns {string} as `name`; "offline" while the last call has failed and nothing worse is known */
    get nameOfText() {
        const isOffline = this.isBusy && !this.isStuck && !this.isRefused && this.flow.offline;
        return isOffline ? "offline" : this.name;
    }

    /** @returns {string|undefined} classes of the icon */
    get icon() {
        if (this.isStuck) {
            return "fa-exclamation-triangle text-warning";
        }
        if (this.isBusy) {
            return "fa-circle-o-notch fa-spin";
        }
        if (this.isUnknown || this.isUncertain) {
            return "fa-question-circle text-warning";
        }
        return { done: "fa-check text-success", retry: "fa-times text-danger" }[this.status];
    }
}
