"""The ten checks: each says what it is about to do, does it, and notes what it saw.

What the code assumes is taken from the code itself wherever it can be: an answer is read as a sale
would read it.
"""

from datetime import UTC, datetime
from typing import Protocol

from simulator.sessions import Session
from viva import (
    account_refund,
    const,
    diagnosis,
    outcome,
    session_list,
    transaction_record,
    webhook,
)
from viva.reply import CREDENTIALS, Reply

from ..report import detail, step
from .account import Account, Finding

# Minor units, each as little as the terminals of demo accounts take.
SALE, DECLINED, TIPPED, TIP, PART = 100, 9906, 1000, 100, 50
# What the simulator's sessions have is what is known of Viva's.
KNOWN_FIELDS = frozenset(Session("", "sale", "", "", SALE, "978", 0.0).body())


class Person(Protocol):
    """Whoever stands at the terminal."""

    def do(self, action: str, text: str) -> None:
        """Do something, and return when it is done.

        :param action: "tap", "decline", "nothing", "sleep" or "wake".
        :param text: what to do, in words.
        """

    def sees(self, question: str) -> bool:
        """Answer a question about the terminal with yes or no."""


def check_token(account: Account, _person: Person) -> None:
    """1. Access token."""
    reply = account.keep("token", account.client.authenticate())
    account.note("a token is given", reply.status, 200)
    reply = account.keep("token, wrong secret", account.with_wrong_secret().authenticate())
    account.note("a wrong secret is refused as such", reply.problem, CREDENTIALS)
    account.note_unknown("... with the status", reply.status)


def check_devices(account: Account, _person: Person) -> None:
    """2. Terminals."""
    account.keep("terminals", account.client.search_devices())
    found = diagnosis.devices(account.credentials, account.hosts)
    account.note("the list of terminals is understood", found.verdict, diagnosis.FOUND)
    ids = [device.terminal_id for device in found.devices]
    account.note("this terminal is in it", account.terminal in ids, True)
    response = account.call_with_bad_token()
    text = response.text.lower()
    is_told = response.status_code == 401 or const.CREDENTIALS_REFUSED in text
    account.note("a bad token is told by 401 or by its text", response.status_code, 401, is_told)


def check_sale(account: Account, person: Person) -> None:
    """3. A sale that is paid."""
    session_id, reply = account.sale(SALE)
    account.note("the request is taken", outcome.from_request(reply).state, outcome.ACCEPTED)
    first = account.look(session_id)
    account.note(
        "asked at once, it is processed or not known yet", first.status, "202 or 404",
        first.status in (202, 404),
    )  # fmt: skip
    person.do("tap", "The terminal asks for 1.00. Hold a card to it.")
    result, reply = account.follow(session_id, SALE)
    account.note("a paid sale is read as approved", result.state, outcome.APPROVED)
    account.note("its event id is 0 or absent", result.is_unusual, False)
    account.note("amount as asked for", result.amount, SALE)
    account.note("the session has no fields that are not known", _unknown_fields(reply), [])
    account.note_unknown("types of its fields", _types(reply))


def check_decline_and_tip(account: Account, person: Person) -> None:
    """4. A sale that is declined, and one with a tip."""
    session_id, _reply = account.sale(DECLINED)
    person.do(
        "decline", "The terminal asks for 99.06, which Viva's demo declines. Hold a card to it."
    )
    result, _reply = account.follow(session_id, DECLINED)
    account.note("a declined sale is read as failed", result.state, outcome.FAILED)
    account.note("... without doubt", result.money, const.MONEY_NONE)
    account.note_unknown("... with a transaction id", result.transaction_id)
    session_id, _reply = account.sale(TIPPED, tip=TIP)
    person.do("tap", "The terminal asks for 10.00 and a tip of 1.00. Hold a card to it.")
    result, _reply = account.follow(session_id, TIPPED)
    account.note("the amount includes the tip", result.amount, TIPPED + TIP)
    account.note("the tip is told", result.tip_amount, TIP)


def check_repeated(account: Account, person: Person) -> None:
    """5. The same session id again."""
    session_id, _reply = account.sale(SALE)
    for name, amount in (("the same request again", SALE), ("... with another amount", 2 * SALE)):
        _id, reply = account.sale(amount, session_id)
        state = outcome.from_request(reply).state
        account.note(f"{name}, while it is open", state, outcome.EXISTS)
    person.do("tap", "The terminal asks for 1.00. Hold a card to it.")
    result, _reply = account.follow(session_id, SALE)
    account.note("it is paid once, with its first amount", result.amount, SALE)
    _id, reply = account.sale(SALE, session_id)
    account.note("again when it is final", outcome.from_request(reply).state, outcome.EXISTS)
    account.note(
        "nothing appears on the terminal",
        person.sees("Does the terminal ask for money now?"),
        False,
    )
    again, _reply = account.follow(session_id, SALE)
    account.note("the transaction is the same one", again.transaction_id, result.transaction_id)


def check_abort(account: Account, person: Person) -> None:
    """6. Stopping."""
    session_id, _reply = account.sale(SALE)
    person.do("nothing", "The terminal asks for 1.00. Wait until it is on the screen, do nothing.")
    for register, known in (("other", outcome.FORBIDDEN), (None, outcome.ACCEPTED)):
        account.note(
            f"stopped by register {register or 'our own'}",
            _abort(account, session_id, register),
            known,
        )
    result, reply = account.follow(session_id, SALE)
    account.note("a stopped sale is read as failed", result.state, outcome.FAILED)
    account.note("... without doubt", result.money, const.MONEY_NONE)
    account.note_unknown("... with the event id", result.event_id)
    account.note_unknown("... and its acknowledgement", _field(reply, "abortSuccess"))
    account.note("stopped once more", _abort(account, session_id), outcome.ALREADY)


def check_silence(account: Account, person: Person) -> None:
    """7. A terminal that does not answer, and one that is busy."""
    first, _reply = account.sale(SALE)
    person.do("nothing", "The terminal asks for 1.00. Wait until it is on the screen, do nothing.")
    second, reply = account.sale(SALE)
    account.note_unknown("a second request is answered with", outcome.from_request(reply).state)
    result, _reply = account.follow(second, SALE)
    account.note("... and read as busy", result.reason, "busy")
    _abort(account, first)
    account.follow(first, SALE)
    person.do("sleep", "Switch off the screen of the terminal, or close the Viva app.")
    session_id, _reply = account.sale(SALE)
    result, _reply = account.follow(session_id, SALE)
    account.note_unknown(
        "a request to a device that sleeps ends as", f"{result.state} {result.reason}"
    )
    person.do("wake", "Switch the terminal on again.")
    account.note_unknown(
        "the old request appears when it wakes", person.sees("Does the terminal ask for money now?")
    )
    _abort(account, session_id)
    account.follow(session_id, SALE)


def check_refund(account: Account, person: Person) -> None:
    """8. Paying back on the terminal."""
    sale, _reply = account.sale(SALE)
    person.do("tap", "The terminal asks for 1.00. Hold a card to it.")
    paid, _reply = account.follow(sale, SALE)
    refund, _reply = account.refund(PART, sale)
    person.do("tap", "The terminal pays back 0.50. If it asks for the card, hold it to it.")
    result, reply = account.follow(refund, PART, "refund")
    account.note("a refund is read as approved", result.state, outcome.APPROVED)
    account.note("its amount", result.amount, PART)
    account.note_unknown("its sign", _field(reply, "amount"))
    account.note_unknown("its type", _field(reply, "transactionTypeId"))
    account.note(
        "it has a transaction of its own",
        result.transaction_id not in (None, paid.transaction_id),
        True,
    )
    account.note_unknown("the card was needed", person.sees("Did it ask for the card?"))
    too_much, reply = account.refund(SALE, sale)
    account.note_unknown("more than remains is answered with", outcome.from_request(reply).state)
    result, _reply = account.follow(too_much, SALE, "refund")
    account.note("... and not paid back", result.state, outcome.FAILED)
    _id, reply = account.refund(PART, "00000000-0000-4000-8000-000000000000")
    account.note("an unknown sale", outcome.from_request(reply).reason, "parent_missing")


def check_lists(account: Account, person: Person) -> None:
    """9. Lists of the day, and paying back through the account."""
    session_id, _reply = account.sale(SALE)
    person.do("tap", "The terminal asks for 1.00. Hold a card to it.")
    paid, _reply = account.follow(session_id, SALE)
    today = datetime.now(UTC).date()
    reply = account.keep("sessions of today", account.client.list_sessions(today))
    listed = session_list.from_reply(reply) or []
    account.note(
        "the list has the sale", session_id in {entry.session_id for entry in listed}, True
    )
    back = account.client.refund_transaction(
        transaction_id=paid.transaction_id or "",
        amount=PART,
        currency_code="978",
        merchant_reference=account.request(PART).session_id,
    )
    account.keep("refund through the account", back)
    expected = account_refund.ExpectedRefund("", paid.transaction_id or "", PART, "EUR")
    account.note(
        "it is read as approved", account_refund.from_refund(back, expected).state, outcome.APPROVED
    )
    account.note(
        "and has the amount",
        _amount(back),
        f"0.50, {PART} or below zero",
        _amount(back) is not None,
    )
    reply = account.keep("transactions of today", account.client.list_transactions(today))
    entries = transaction_record.entries_of_day(reply) or []
    sale = (paid.transaction_id or "").lower()
    account.note(
        "the list has the transaction", sale in {entry.transaction_id for entry in entries}, True
    )
    refunds = [entry for entry in entries if entry.parent_id == sale]
    account.note("and its refund, by its parent", len(refunds), 1)
    account.note("which gives back", [entry.gives_back for entry in refunds], [True])
    account.note_unknown("with amounts", [str(entry.amount) for entry in refunds])


def check_webhook_key(account: Account, _person: Person) -> None:
    """10. The key of notifications."""
    replies = [account.keep("webhook key", account.client.webhook_key()) for _ in range(2)]
    keys = [webhook.key_from_reply(reply) for reply in replies]
    account.note("a key is given", bool(keys[0]), True)
    account.note("it stays the same", keys[0] == keys[1], True)


CHECKS = (
    check_token, check_devices, check_sale, check_decline_and_tip, check_repeated, check_abort,
    check_silence, check_refund, check_lists, check_webhook_key,
)  # fmt: skip


def run_checks(account: Account, person: Person) -> list[tuple[str, list[Finding]]]:
    """Run all checks; one that breaks off does not keep the others from running.

    :return: the title of each with what it found.
    """
    results = []
    for check in CHECKS:
        title = (check.__doc__ or "").rstrip(".")
        step(title)
        start = len(account.findings)
        try:
            check(account, person)
        except Exception as error:  # noqa: BLE001 - the report says it; the other checks still count
            account.note("the check broke off", f"{type(error).__name__}: {error}", "it does not")
        found = account.findings[start:]
        for finding in found:
            if finding.agrees is False:
                detail(f"differs: {finding.topic}: {finding.seen}, not {finding.assumed}")
        results.append((title, found))
    return results


def _abort(account: Account, session_id: str, register: str | None = None) -> str:
    reply = account.client.abort_session(session_id, register or "odoo-pos-1")
    return outcome.from_abort(account.keep("stop", reply))


def _field(reply: Reply, name: str) -> object:
    return reply.body.get(name) if isinstance(reply.body, dict) else None


def _unknown_fields(reply: Reply) -> list[str]:
    return sorted(set(reply.body or ()) - KNOWN_FIELDS) if isinstance(reply.body, dict) else []


def _types(reply: Reply) -> str:
    body = reply.body if isinstance(reply.body, dict) else {}
    return ", ".join(f"{name}: {type(value).__name__}" for name, value in sorted(body.items()))


def _amount(reply: Reply) -> object:
    return transaction_record.entry(reply.body).amount if isinstance(reply.body, dict) else None
