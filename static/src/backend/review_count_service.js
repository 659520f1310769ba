import { registry } from "@web/core/registry";
import { rpcBus } from "@web/core/network/rpc";
import { debounce } from "@web/core/utils/timing";

const MENUS = [
    "pos_viva_wallet.viva_wallet_review_menu",
    "pos_viva_wallet.viva_wallet_review_menu_accounting",
];
const WIZARD = "viva.wallet.resolve";
const REFRESH_AFTER = 300; // ms; several events come together

/** Shows in the menus how many card payments a person must look at. */
export const vivaWalletReviewCountService = {
    dependencies: ["menu", "orm"],
    start(env, { menu, orm }) {
        let count = 0;

        /** @returns {Object[]} the entries and the sections they are in, if the user has them */
        function findMenus() {
            const all = menu.getAll();
            const entries = all.filter(({ xmlid }) => MENUS.includes(xmlid));
            const sections = all.filter(
                ({ id, appID, children }) =>
                    id !== appID && children.some((child) => entries.some(({ id }) => id === child))
            );
            return [...entries, ...sections];
        }

        function show() {
            let isChanged = false;
            for (const item of findMenus()) {
                item.vivaWalletName ??= item.name;
                const name = count ? `${item.vivaWalletName} (${count})` : item.vivaWalletName;
                isChanged ||= item.name !== name;
                item.name = name;
            }
            if (isChanged) {
                env.bus.trigger("MENUS:APP-CHANGED");
            }
        }

        const refresh = debounce(async () => {
            if (findMenus().length) {
                count = await orm.silent
                    .searchCount("viva.wallet.transaction", [["review_state", "=", "open"]])
                    .catch(() => count);
                show();
            }
        }, REFRESH_AFTER);

        env.bus.addEventListener("MENUS:APP-CHANGED", show);
        env.bus.addEventListener("ACTION_MANAGER:UI-UPDATED", refresh);
        rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => {
            if (detail.data?.params?.model === WIZARD) {
                refresh();
            }
        });
    },
};

registry.category("services").add("viva_wallet_review_count", vivaWalletReviewCountService);
