"""Cards that a customer can present, and what a session tells about them.

Field examples: viva-api reference, section 4. The numbers are masked and belong to nobody.
"""

import dataclasses

IRIS = "NET_IRIS"


@dataclasses.dataclass(frozen=True)
class Card:
    """A card and the session fields it fills."""

    code: str
    label: str
    application_label: str
    card_type: str
    bank_id: str
    masked_number: str
    aid: str
    issuing_bank: str
    country_code: str = "GR"

    @property
    def is_read(self):
        """Whether the terminal reads it; a QR code on its screen is paid by the customer's bank."""
        return self.bank_id != IRIS

    @property
    def type_id(self):
        """The scheme, in webhooks and the web API."""
        return 1 if self.bank_id == "NET_MASTER" else 0


CARDS = {
    card.code: card
    for card in (
        Card("visa", "Visa credit", "VISA CREDIT", "Credit", "NET_VISA",
             "414746XXXXXX0133", "A0000000031010", "Training Bank"),
        Card("visa_debit", "Visa debit", "VISA DEBIT", "Debit", "NET_VISA",
             "453980XXXXXX7018", "A0000000031010", "Training Bank"),
        Card("mastercard", "Mastercard", "MASTERCARD", "Credit", "NET_MASTER",
             "523929XXXXXX0101", "A0000000041010", "Training Bank"),
        Card("mastercard_debit", "Debit Mastercard", "Debit Mastercard", "Debit", "NET_MASTER",
             "511580XXXXXX6241", "A0000000041010", "Training Bank"),
        Card("maestro", "Maestro", "MAESTRO", "Debit", "NET_MASTER",
             "676770XXXXXX5529", "A0000000043060", "Training Bank", "DE"),
        Card("amex", "American Express", "AMEX", "Credit", "NET_AMEX",
             "376699XXXXX1003", "A000000025010801", "Training Bank"),
        Card("bancontact", "Bancontact", "BANCONTACT", "Debit", "NET_BNCT",
             "670300XXXXXX4407", "D056000666111010", "Training Bank", "BE"),
        Card("iris", "IRIS (QR code)", "IRIS", "IRIS", IRIS, "*" * 16, "", "Training Bank"),
    )
}  # fmt: skip
DEFAULT_CARD = "visa"

CONTACTLESS = "07"
CHIP = "05"
NO_CARD = "00"
ENTRIES = {"contactless": CONTACTLESS, "chip": CHIP}
_VERIFICATION = {CONTACTLESS: "CONTACTLESS - NO CVM", CHIP: "CHIP - ONLINE PIN"}


def session_fields(card, entry_mode):
    """Return the card's part of a session body.

    :param Card card: the card, or None when none was read
    :param str entry_mode: "07" contactless, "05" chip, "00" nothing read
    """
    return {
        "applicationLabel": card and card.application_label,
        "cardType": card and card.card_type,
        "bankId": card and card.bank_id,
        "primaryAccountNumberMasked": card and card.masked_number,
        "aid": card and card.aid,
        "panEntryMode": entry_mode if card and card.is_read else NO_CARD,
        "verificationMethod": _VERIFICATION.get(entry_mode) if card and card.is_read else None,
    }
