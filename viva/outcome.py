"""The single place where an answer of Viva becomes an outcome.

Request, poll, webhook and cron all come through here, so that the same answer always means the
same. Nothing here raises, whatever the answer contains: what is not understood is "unclear", and
the caller keeps asking.
"""

from dataclasses import dataclass

from . import const, session_fields
from .reply import CREDENTIALS

# --- States of a session ---

APPROVED = "approved"
FAILED = "failed"
PENDING = "pending"
MISSING = "missing"
UNCLEAR = "unclear"

# --- Fates of a request ---

ACCEPTED = "accepted"
EXISTS = "exists"
REFUSED = "refused"
NOT_SENT = "not_sent"
THROTTLED = "throttled"

# --- Fates of an abort, besides ACCEPTED, MISSING, THROTTLED and UNCLEAR ---

ALREADY = "already"
FORBIDDEN = "forbidden"

# Viva's refusals that are not about the request itself but about the moment: nothing is certain
# after them.
_PASSING_STATUS = {408: "timeout", 425: "throttled", 429: "throttled"}
# What the header says when Viva has the request all the same.
_HEADER_TAKEN = const.HEADER_CREATED | const.HEADER_DUPLICATE
_REFUSAL_REASONS = {
    400: "invalid_request",
    401: "credentials",
    403: "forbidden",
    404: "not_found",
    412: "wrong_state",
    422: "invalid_request",
}


@dataclass(frozen=True)
class Expected:
    """What was asked for, to hold the answer against.

    :param session_id: our session id, the only thing an answer is matched by
    :param amount: asked for, in minor units, without a tip added by the customer
    :param currency_code: ISO 4217 numeric code, such as ``"978"``
    :param kind: ``"sale"`` or ``"refund"``
    """

    session_id: str
    amount: int
    currency_code: str
    kind: str = "sale"


@dataclass(frozen=True)
class Outcome:
    """What Viva says about a session. Amounts in minor units, texts safe to store, None where
    nothing was said.

    ``state`` is one of

    * ``"approved"``: the charge (or refund) of this session is confirmed;
    * ``"failed"``: this session ended without success; look at ``money``;
    * ``"pending"``: being processed (202), possibly for ever (#2434);
    * ``"missing"``: unknown to Viva (404), or not saved yet; reason ``"not_json"`` when a gateway
      may have answered;
    * ``"unclear"``: anything else; keep asking.

    The amounts of a refund are positive, whichever sign Viva gives them, which is not documented.
    ``amount`` is all that was charged: tip and surcharge (for business and foreign cards) are parts
    of it.

    ``money`` is ``"moved"`` (approved), ``"none"`` (no charge expected) or ``"maybe"`` (verify
    before offering a new payment). ``amount_differs``: approved, but the amount without tip and
    surcharge is not the one asked for. ``is_unusual``: its event id is neither absent nor 0, the only one that a
    success was seen with; approved all the same, a person should look. ``claims_success``: unclear
    only because something of a success is missing or wrong.
    """

    state: str
    reason: str | None = None
    money: str = const.MONEY_MAYBE
    event_id: int | None = None
    message: str | None = None
    transaction_id: str | None = None
    order_code: str | None = None
    authorization_code: str | None = None
    rrn: str | None = None
    card_brand: str | None = None
    card_last4: str | None = None
    entry_mode: str | None = None
    verification_method: str | None = None
    aid: str | None = None
    amount: int | None = None
    tip_amount: int | None = None
    surcharge_amount: int | None = None
    instalments: int | None = None
    further_details: str | None = None
    currency_code: str | None = None
    amount_differs: bool = False
    is_unusual: bool = False
    claims_success: bool = False


@dataclass(frozen=True)
class RequestResult:
    """What became of one ``transactions:*`` request; nothing about an *earlier* one.

    ``state`` is one of

    * ``"accepted"``: queued; says nothing about the terminal;
    * ``"exists"``: Viva knows the session id already; ask about the session;
    * ``"refused"``: this request surely starts no charge; ``reason`` and ``message`` say why;
    * ``"not_sent"``: nothing reached Viva; ``reason`` is the reply's problem;
    * ``"throttled"``: Viva refused to look at it, or to give a token for it, because there are too
      many calls; it can be sent again, under the same session id, not before ``retry_after``
      seconds (None: Viva names no time);
    * ``"unclear"``: Viva may have taken it; ask about the session.
    """

    state: str
    reason: str | None = None
    message: str | None = None
    retry_after: float | None = None


def from_session(reply, expected):
    """Turn the answer to ``GET sessions/{id}`` into an outcome.

    Approved needs all of: HTTP 200, ``success`` exactly true, our session id, a transaction id, our
    currency, and a whole amount (an int, or a string of digits; a float might be major units). Its
    event id does not matter: that it is 0 was only ever seen in a sample of the documentation
    (viva-api 7.3). Failed needs HTTP 200, ``success`` exactly false, our session id and an int as
    event id. Unknown events, and failures that carry a transaction id (#2461), leave the money at
    ``"maybe"``.

    :param viva.reply.Reply reply: the answer
    :param Expected expected: what was asked for
    :rtype: Outcome
    """
    if reply.problem == CREDENTIALS:
        return Outcome(UNCLEAR, CREDENTIALS)
    if reply.status == 202:
        return Outcome(PENDING, "processing")
    if reply.status == 404:
        return Outcome(MISSING, reply.problem or "not_found")
    if reply.status != 200:
        return Outcome(UNCLEAR, _why_no_answer(reply))
    if reply.problem or not isinstance(reply.body, dict):
        return Outcome(UNCLEAR, reply.problem or "not_a_session")
    return _from_body(reply.body, expected)


def from_request(reply):
    """Turn the answer to a ``transactions:*`` request into what became of it.

    An accepted request has an empty body (viva-api 0.1), so its content is not looked at. The
    reasons of a refusal: ``invalid_request``, ``credentials``, ``forbidden``, ``not_found``,
    ``parent_missing``, ``wrong_state``, ``refused``. A request that was throttled surely was not
    handled, or can be sent again without harm: Viva takes a session id only once.

    :param viva.reply.Reply reply: the answer
    :rtype: RequestResult
    """
    state, reason = _request_state(reply)
    return RequestResult(state, reason, _error_text(reply.body), reply.retry_after)


def from_abort(reply):
    """Turn the answer to ``DELETE sessions/{id}`` into what became of it.

    ``"accepted"`` is not done: the session can still end approved (viva-api 2.6), so ask on after
    any of these.

    :param viva.reply.Reply reply: the answer
    :return: ``"accepted"``, ``"already"`` (an abort is under way), ``"forbidden"`` (other cash
        register), ``"missing"``, ``"throttled"`` (not looked at, send it again later) or
        ``"unclear"``
    :rtype: str
    """
    if reply.problem == CREDENTIALS:
        return UNCLEAR
    if reply.is_throttled:
        return THROTTLED
    if reply.status is not None and 200 <= reply.status < 300:
        return ACCEPTED
    return {403: FORBIDDEN, 404: MISSING, 409: ALREADY}.get(reply.status, UNCLEAR)


def _request_state(reply):
    if reply.is_throttled and reply.event_id not in _HEADER_TAKEN:
        return THROTTLED, "throttled"
    if not reply.sent:
        return NOT_SENT, reply.problem
    status = reply.status
    if status is None or status >= 500 or status < 200 or 300 <= status < 400:
        return UNCLEAR, _why_no_answer(reply)
    is_token_refused = reply.problem == CREDENTIALS
    if status < 300:
        return (UNCLEAR, CREDENTIALS) if is_token_refused else (ACCEPTED, None)
    if status == 409 or reply.event_id in const.HEADER_DUPLICATE:
        return EXISTS, None
    if reply.event_id in const.HEADER_CREATED:
        return UNCLEAR, "contradiction"
    if status in _PASSING_STATUS:
        return UNCLEAR, _PASSING_STATUS[status]
    if reply.event_id in const.HEADER_PARENT_MISSING:
        return REFUSED, "parent_missing"
    if reply.event_id == const.HEADER_WRONG_STATE:
        return REFUSED, "wrong_state"
    return REFUSED, CREDENTIALS if is_token_refused else _REFUSAL_REASONS.get(status, "refused")


def _why_no_answer(reply):
    if reply.status is None:
        return reply.problem or "lost"
    if reply.status in _PASSING_STATUS:
        return _PASSING_STATUS[reply.status]
    if reply.status >= 500:
        return "server_error"
    if 300 <= reply.status < 400:
        return "redirected"
    return _REFUSAL_REASONS.get(reply.status, "unexpected_status")


def _from_body(body, expected):
    session_id = body.get("sessionId")
    if not isinstance(session_id, str) or session_id.lower() != expected.session_id.lower():
        return Outcome(UNCLEAR, "other_session")
    details = session_fields.read(body, expected.kind)
    success = body.get("success")
    if success is True:
        return _success(details, body, expected)
    if success is False:
        return _failure(details, body)
    return Outcome(UNCLEAR, "no_verdict", **details)


def _success(details, body, expected):
    doubt = _doubt(details, expected)
    if doubt:
        return Outcome(UNCLEAR, doubt, claims_success=True, **details)
    details["amount"] = _with_surcharge(details, expected)
    return Outcome(
        APPROVED,
        None,
        const.MONEY_MOVED,
        amount_differs=_amount_differs(details, expected),
        is_unusual=_is_unusual(body.get("eventId")),
        **details,
    )


def _is_unusual(event_id):
    return event_id is not None and session_fields.whole(event_id) != const.EVENT_SUCCESS


def _doubt(details, expected):
    """Return why a success is not to be believed (yet), or None."""
    if not details["transaction_id"]:
        return "no_transaction"
    if details["currency_code"] is None or details["currency_code"] != session_fields.currency(
        expected.currency_code
    ):
        return "other_currency"
    if details["amount"] is None:
        return "no_amount"
    return None


def _with_surcharge(details, expected):
    """Return all that was charged, whether or not Viva's amount includes the surcharge, which is not
    documented (viva-api-more 5): it does not where it is what was asked for without it."""
    surcharge = details["surcharge_amount"] or 0
    is_on_top = details["amount"] - (details["tip_amount"] or 0) == _asked(expected)
    return details["amount"] + surcharge if is_on_top else details["amount"]


def _amount_differs(details, expected):
    added = (details["tip_amount"] or 0) + (details["surcharge_amount"] or 0)
    return details["amount"] - added != _asked(expected)


def _asked(expected):
    return abs(expected.amount) if expected.kind == "refund" else expected.amount


def _failure(details, body):
    event_id = details["event_id"]
    event = const.EVENTS.get(event_id, const.UNKNOWN_EVENT)
    money = event.money
    if event_id == const.EVENT_ABORTED and body.get("abortSuccess") is not True:
        money = const.MONEY_MAYBE
    # Newer declines seem to be recorded as transactions (viva-first-contact 2), which then have an
    # id; where no card was asked, an id says that one was.
    if details["transaction_id"] and event.reason not in const.DECLINES:
        money = const.MONEY_MAYBE
    return Outcome(FAILED, event.reason, money, **details)


def _error_text(body):
    """Return the text of an error answer: `detail` is a string or a list of complaints (viva-api
    1.4)."""
    if not isinstance(body, dict):
        return None
    detail = body.get("detail")
    if isinstance(detail, list):
        detail = "; ".join(filter(None, map(_complaint, detail[:5])))
    for text in (detail, body.get("Message"), body.get("message"), body.get("error")):
        message = session_fields.message(text)
        if message:
            return message
    return None


def _complaint(entry):
    if not isinstance(entry, dict):
        return ""
    place = entry.get("loc")
    field = session_fields.text(place[-1]) if isinstance(place, list) and place else None
    return ": ".join(filter(None, (field, session_fields.message(entry.get("msg")))))
