import { ClosePosPopup } from "@point_of_sale/app/components/popups/closing_popup/closing_popup";
import { VivaWalletReviewList } from "./review_list";

ClosePosPopup.components = { ...ClosePosPopup.components, VivaWalletReviewList };
ClosePosPopup.props = [...ClosePosPopup.props, "viva_wallet_reviews?"];
