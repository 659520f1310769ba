"""Read Viva's list of the sessions of a day (viva-api 2.1)."""

import re
import uuid
from dataclasses import dataclass, field

from . import outcome
from .masking import clean_text
from .reply import Reply
from .transaction_record import GIVING_BACK

_CASH_REGISTER = re.compile(r"odoo-pos-([0-9]{1,9})")


@dataclass(frozen=True)
class ListedSession:
    """One session of the list.

    :param session_id: as our ids are written
    :param terminal_id: that took it
    :param register_number: of our register that asked for it; None when its name is not one of ours
    :param is_ours: whether the request has the marks of ours: session id and reference are the
        same UUID, and the register has a name that we give
    :param is_sale: whether it took money
    :param order_name: the text for the customer, which is the order's name in our requests; empty
        when there is none
    :param reply: the session as if it had been asked about alone
    """

    session_id: str
    terminal_id: str | None
    register_number: int | None
    is_ours: bool
    is_sale: bool
    order_name: str
    reply: Reply = field(repr=False)

    def outcome(self, expected=None):
        """Return what Viva says about the session.

        :param viva.outcome.Expected expected: what we had asked for; where nobody knows, the
            amount and the currency of the session itself
        :rtype: viva.outcome.Outcome
        """
        return outcome.from_session(self.reply, expected or self._expected())

    def _expected(self):
        body = self.reply.body
        # Nobody knows whether the amount includes the surcharge: as Viva's own lists have it.
        amount, *added = (
            value if type(value) is int else 0
            for value in map(body.get, ("amount", "tipAmount", "surchargeAmount"))
        )
        code = body.get("currencyCode")
        return outcome.Expected(
            session_id=self.session_id,
            amount=amount - sum(added),
            currency_code=str(code).zfill(3) if type(code) in (int, str) else "",
        )


def from_reply(reply):
    """Return the sessions of the answer to ``GET sessions?date=``.

    :param viva.reply.Reply reply: the answer; a single session is understood, too
    :return: list of :class:`ListedSession`; None when it is no list of sessions
    :rtype: list | None
    """
    if reply.status != 200 or reply.problem:
        return None
    body = [reply.body] if isinstance(reply.body, dict) else reply.body
    if not isinstance(body, list):
        return None
    if any(not isinstance(entry, dict) or "sessionId" not in entry for entry in body):
        return None
    return [_listed_session(entry) for entry in body if isinstance(entry["sessionId"], str)]


def _listed_session(body):
    session_id = body["sessionId"].lower()
    register = body.get("cashRegisterId")
    number = _CASH_REGISTER.fullmatch(register) if isinstance(register, str) else None
    reference = body.get("merchantReference")
    is_same = isinstance(reference, str) and reference.lower() == session_id
    type_id = _text(body.get("transactionTypeId"))
    return ListedSession(
        session_id=session_id,
        terminal_id=_text(body.get("terminalId")) or _text(body.get("tid")),
        register_number=int(number[1]) if number else None,
        is_ours=bool(number) and is_same and _is_uuid(session_id),
        is_sale=not body.get("parentSessionId") and type_id not in GIVING_BACK,
        order_name=_text(body.get("customerTrns")),
        reply=Reply(sent=True, status=200, body=body),
    )


def _is_uuid(text):
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _text(value):
    if type(value) is int:
        value = str(value)
    return clean_text(value).strip()[:64] if isinstance(value, str) else ""
