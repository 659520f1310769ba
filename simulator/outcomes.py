"""Event ids of a session body (viva-api reference, section 3) and of the HTTP header (2.5)."""

APPROVED = 0
CANCELLED = 1000
TIMED_OUT = 1003
DECLINED_BY_SERVER = 1006
NOT_REVERSIBLE = 1008
INVALID_AMOUNT = 1009
NO_TRANSACTION = 1012
REFUND_DISABLED = 1014
ABORTED = 1016
BUSY = 1100
PARENT_UNREADABLE = 1101
PREAUTH_DISABLED = 5002
VOID_UNSUPPORTED = 5004

MESSAGES = {
    APPROVED: "Transaction successful",
    CANCELLED: "Canceled by user",
    1001: "Payment SDK is busy",
    1002: "Stored transactions must be voided first",
    TIMED_OUT: "Transaction timed out",
    1004: "Transaction declined by terminal",
    DECLINED_BY_SERVER: "Transaction declined by server",
    1007: "Transaction declined by card",
    NOT_REVERSIBLE: "Transaction cannot be reversed",
    INVALID_AMOUNT: "Invalid amount",
    1010: "Invalid card",
    1011: "No transactions found",
    NO_TRANSACTION: "Transaction does not exist",
    REFUND_DISABLED: "Refund is disabled for the merchant",
    ABORTED: "Transaction aborted",
    1019: "Try another card",
    1020: "Insufficient funds",
    1054: "Lost card",
    1055: "Stolen card",
    1057: "Insufficient funds",
    1060: "Expired card",
    1061: "Incorrect PIN",
    1062: "Transaction not permitted to cardholder",
    1063: "Transaction not permitted to terminal",
    1064: "Amount limit exceeded",
    1066: "PIN tries exceeded",
    1070: "Issuer unavailable",
    1072: "System malfunction",
    1099: "Generic transaction error",
    BUSY: "There is already a request in progress",
    PARENT_UNREADABLE: "Parameters of the parent session could not be fetched",
    1102: "Transaction expired",
    1110: "Internal transaction broker error",
    2000: "Location services are off",
    3000: "Card reader is not connected",
    3001: "Card reader connection error",
    4000: "Network error",
    PREAUTH_DISABLED: "Terminal is not enabled for preauth",
    VOID_UNSUPPORTED: "Terminal does not support void",
    6000: "Wrong request parameters",
}


def message(event_id):
    """Return the English text that goes with an event id in a session body."""
    return MESSAGES.get(event_id, "Generic transaction error")


def demo_decline(session):
    """Return the issuer's code by which Viva's demo declines sales of 99.XX, or 0.

    Source: viva-api reference, 10.
    """
    reason = session.amount - 9900
    return 10000 + reason if session.kind == "sale" and 1 <= reason <= 99 else 0


class Header:
    """Values of the response header X-Viva-EventId."""

    SESSION_CREATED = 1100
    SESSION_RETURNED = 1102
    SESSIONS_RETURNED = 1103
    ABORT_ACCEPTED = 1104
    DEVICES_RETURNED = 1106
    TOKEN_RETURNED = 1107
    INVALID = 1200
    DUPLICATE_SESSION = 1201
    PARENT_NOT_FOUND = 1203
    STILL_PROCESSING = 1204
    SESSION_NOT_FOUND = 1205
    WRONG_REGISTER = 1206
    ALREADY_ABORTED = 1208


# What a trainer can choose from on the page.
DECLINE_REASONS = (1006, 1020, 1060, 1061, 1064, 1055, 1010, 1004, 1019, 1099)
