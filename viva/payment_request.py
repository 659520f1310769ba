"""What a terminal is asked to do, as the ECR API wants it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PaymentRequest:
    """One request to a terminal: a sale or a refund (fields: viva-api 2.3, 2.4, 5.1).

    :param session_id: new UUIDv4 of ours, by which Viva recognises a request that comes twice
    :param terminal_id: the terminal's TID
    :param cash_register_id: of ours; an abort must repeat it exactly
    :param amount: minor units, more than 0, also when money is paid back
    :param currency_code: ISO 4217 numeric, such as ``"978"``
    :param merchant_reference: comes back as ``MerchantTrns`` in webhooks and lists
    :param customer_trns: text for the customer
    :param show_receipt: the terminal shows or prints a receipt
    :param show_transaction_result: the terminal shows the result
    :param max_instalments: highest number that the terminal may offer; 0: none (Greece only,
        viva-api-more 5)
    :param skip_surcharge: the terminal adds nothing for business and foreign cards
    :raises ValueError: when the amount is not an int (a mistake of the caller)
    """

    session_id: str
    terminal_id: str
    cash_register_id: str
    amount: int
    currency_code: str
    merchant_reference: str
    customer_trns: str = ""
    show_receipt: bool = True
    show_transaction_result: bool = True
    max_instalments: int = 0
    skip_surcharge: bool = False

    def __post_init__(self):
        """Refuse amounts that are no whole minor units."""
        checked_minor(self.amount)

    def body(self):
        """Return the fields that all kinds of requests have, by their names at Viva.

        :rtype: dict
        """
        body = {
            "sessionId": self.session_id,
            "terminalId": self.terminal_id,
            "cashRegisterId": self.cash_register_id,
            "amount": self.amount,
            "currencyCode": self.currency_code,
            "merchantReference": self.merchant_reference,
            "showReceipt": self.show_receipt,
            "showTransactionResult": self.show_transaction_result,
        }
        optional = {
            "customerTrns": self.customer_trns,
            "maxInstalments": self.max_instalments,
            "skipSurcharge": self.skip_surcharge,
        }
        body.update({name: value for name, value in optional.items() if value})
        return body


def checked_minor(amount):
    """Return an amount that may be sent to Viva: an int, which no float noise can change.

    :param int amount: minor units
    :rtype: int
    :raises ValueError: when it is not an int (a mistake of the caller)
    """
    if type(amount) is not int:
        raise ValueError(
            f"{amount!r} is not a whole number of minor units. Convert it with viva.money.to_minor."
        )
    return amount
