"""Facts about Viva's Cloud Terminal API and the limits chosen for talking to it.

Sources are named in brackets: "viva-api N" is a section of the project's reference on the API,
which itself cites developer.viva.com; "#1234" is an issue of github.com/VivaPayments/API. Nothing
here was confirmed by Viva in writing.
"""

from typing import NamedTuple

# --- Hosts [viva-api 1.1: tutorials overview of developer.viva.com] ---

DEMO_ACCOUNTS = "https://demo-accounts.vivapayments.com"
DEMO_API = "https://demo-api.vivapayments.com"
DEMO_WEB = "https://demo.vivapayments.com"
LIVE_ACCOUNTS = "https://accounts.vivapayments.com"
LIVE_API = "https://api.vivapayments.com"
LIVE_WEB = "https://www.vivapayments.com"

# --- Paths [viva-api 1.2, 2.1, 7.1] ---

# Without a `scope` the server grants all that the client may have [viva-api 1.2], so none is sent.
PATH_TOKEN = "/connect/token"
PATH_DEVICES = "/ecr/v1/devices:search"
PATH_SALE = "/ecr/v1/transactions:sale"
PATH_REFUND = "/ecr/v1/transactions:refund"
PATH_UNREFERENCED_REFUND = "/ecr/v1/transactions:unreferenced-refund"
PATH_SESSIONS = "/ecr/v1/sessions"
PATH_WEBHOOK_KEY = "/api/messages/config/token"
# With merchant id and API key [viva-api 8.1].
PATH_TRANSACTIONS = "/api/transactions"

# --- Headers that Viva's support asks for [viva-api 1.4: "Debugging errors"] ---

HEADER_CORRELATION = "X-Viva-CorrelationId"
HEADER_EVENT = "X-Viva-EventId"

# What the `detail` of an error says, in lower case, when the access token is not accepted: with 401,
# or another status [viva-api 1.4].
CREDENTIALS_REFUSED = "could not validate credentials"

# The statusId of an activated terminal [viva-api 2.2].
STATUS_LIVE = 1

# --- Sizes, in bytes ---

# A session is about 2 kB.
REPLY_BYTES = 1024 * 1024
# A busy merchant's day: 10,000 sessions of 2 kB, with room.
LIST_BYTES = 32 * 1024 * 1024
# A webhook is about 3 kB [viva-api 7.4].
WEBHOOK_BYTES = 256 * 1024

# A hundred terminals of one merchant paying at once, each by a thread of its own.
POOL_CONNECTIONS = 100

# The longest texts from Viva that are kept, in characters.
MESSAGE_CHARACTERS = 200
DETAIL_CHARACTERS = 2000

# --- Header event ids: what a *call* did. Not the body's ids below! [viva-api 2.5] ---

HEADER_CREATED = frozenset({1100, 1101, 1108})
HEADER_DUPLICATE = frozenset({1201, 1202, 1212})
HEADER_PARENT_MISSING = frozenset({1203, 1213})
HEADER_WRONG_STATE = 1204
HEADER_BUSY = 1400

# --- Body event ids: how a *session* ended [viva-api 3] ---

MONEY_MOVED = "moved"
MONEY_NONE = "none"
MONEY_MAYBE = "maybe"

EVENT_SUCCESS = 0
EVENT_ABORTED = 1016
EVENT_BUSY = 1100


class Event(NamedTuple):
    """What a body event id means.

    ``reason`` is one of :data:`REASONS`; ``money`` is :data:`MONEY_NONE` or :data:`MONEY_MAYBE`,
    our judgement of whether money may have moved all the same (to be verified before a new payment
    is offered).
    """

    reason: str
    money: str


def _events(reason, *event_ids, money=MONEY_NONE):
    return {event_id: Event(reason, money) for event_id in event_ids}


EVENTS = {
    # "Cancelled by user". One report of the contrary [#2461].
    **_events("cancelled", 1000),
    # 1001: the payment software on the device is busy. 1100: another request is already on this
    # terminal.
    **_events("busy", 1001, EVENT_BUSY),
    # Stored (offline) transactions must be voided first.
    **_events("error", 1002, money=MONEY_MAYBE),
    # About 60 s without a card; the transaction expired.
    **_events("timed_out", 1003, 1102),
    # By terminal, server (issuer, risk, PIN), card; issuer reasons without a better word for the
    # cashier. Lost and stolen cards (1054, 1055) are plain declines on purpose: the customer stands
    # beside the screen.
    **_events("declined", 1004, 1006, 1007),
    **_events(
        "declined", 1047, 1048, 1049, 1050, 1051, 1052, 1053, 1054, 1055, 1056, 1058, 1059, 1065
    ),
    **_events("declined", 1069, 1071),
    # Not reversible; amount not valid for a void or a capture.
    **_events("not_refundable", 1008, 1009, 1017, 1021),
    **_events("invalid_card", 1010),
    # No transaction found to undo; the parent session's parameters could not be fetched.
    **_events("parent_missing", 1011, 1012, 1101),
    # Wrong or missing parameters, merchant not set up for the request, ISV role missing.
    **_events("refused", 1013, 1018, 6000, 6102),
    **_events("refund_disabled", 1014),
    # Certain only together with `abortSuccess: true`: see outcome.py.
    **_events("aborted", EVENT_ABORTED),
    **_events("try_another_card", 1019),
    **_events("insufficient_funds", 1020, 1057),
    **_events("expired_card", 1060),
    **_events("wrong_pin", 1061, 1066, 1068),
    **_events("not_permitted", 1062, 1063, 1067),
    **_events("limit_exceeded", 1064),
    # Issuer unavailable, system malfunction.
    **_events("error", 1070, 1072, money=MONEY_MAYBE),
    # Greek tax rules (AADE).
    **_events("fiscal", 1074, 1075, 1076, 1077, 1078, 1079, 1081, 1082, 1083),
    **_events("fiscal", 1080, money=MONEY_MAYBE),
    # Generic error [#2370]; the broker between Viva and the terminal failed.
    **_events("error", 1099, 1110, money=MONEY_MAYBE),
    # Strong authentication: insert the card, tap again, replay of the second tap. Not the end of
    # the story [#2373].
    **_events("insert_card", 1301, 1302, 1303, money=MONEY_MAYBE),
    # Location services are off on the device.
    **_events("location_off", 2000),
    **_events("reader_problem", 3000),
    **_events("reader_problem", 3001, 3002, 3099, money=MONEY_MAYBE),
    **_events("network_problem", 4000, money=MONEY_MAYBE),
    # The terminal lacks MOTO, instalments, preauth, QR, void, tipping, sale.
    **_events("capability", 5000, 5001, 5002, 5003, 5004, 5005, 5006),
    # Store and forward (offline) restrictions.
    **_events("offline_limit", 6201, 7001, 7002, 7003, 7004, 7005),
}

# An id that nobody documented, or none at all, says nothing about the money.
UNKNOWN_EVENT = Event("error", MONEY_MAYBE)

# A card was asked, and somebody said no.
DECLINES = frozenset({
    "declined", "expired_card", "insufficient_funds", "invalid_card", "limit_exceeded",
    "not_permitted", "try_another_card", "wrong_pin",
})  # fmt: skip

# Every reason a *failed* outcome can carry; the user interface has a sentence for each.
REASONS = frozenset(event.reason for event in EVENTS.values())

# --- Values in a session's body [viva-api 4] ---

BRAND_BY_BANK = {
    "NET_VISA": "Visa",
    "NET_MASTER": "Mastercard",
    "NET_BNCT": "Bancontact",
    "NET_IRIS": "IRIS",
}

# Paid by the customer's bank, by a QR code on the terminal; there is no card to be presented again.
CARDLESS_BRANDS = frozenset({"IRIS"})

# The most that a Greek credit card can be charged in [viva-api-more 5].
MAX_INSTALMENTS = 36

# Parts of a session that are kept as they come.
FURTHER_DETAILS = ("dccDetails", "loyaltyInfo")

# ISO 8583 field 22, first two digits; "00" means that nothing was read.
ENTRY_MODES = {"07": "contactless", "05": "chip", "90": "swipe", "02": "swipe"}

EMPTY_GUID = "00000000-0000-0000-0000-000000000000"

# --- Webhook event types [viva-api 7.3] ---

WEBHOOK_PAYMENT = 1796
WEBHOOK_REVERSAL = 1797
WEBHOOK_FAILED = 1798
WEBHOOK_SESSION_CREATED = 1802
WEBHOOK_SESSION_FAILED = 1803
# They say that a card was charged.
PAID_EVENTS = frozenset((WEBHOOK_PAYMENT, WEBHOOK_SESSION_CREATED))
WEBHOOK_EVENTS = frozenset(
    {
        WEBHOOK_PAYMENT,
        WEBHOOK_REVERSAL,
        WEBHOOK_FAILED,
        WEBHOOK_SESSION_CREATED,
        WEBHOOK_SESSION_FAILED,
    }
)

# --- The simulator on this machine ---

# What `simulator/` accepts and where it listens unless told otherwise. It is no part of the product,
# so they stand here once more.
SIMULATOR_URL = "http://127.0.0.1:8090"
SIMULATOR_CREDENTIALS = {
    "merchant_id": "6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa",
    "api_key": "simulator-api-key",
    "client_id": "simulator.apps.vivapayments.com",
    "client_secret": "simulator-client-secret",
}
