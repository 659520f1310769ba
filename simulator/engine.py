"""The shop floor: what terminals, customers and bank do with the requests that come in.

All methods may be called from any thread; one lock guards everything.
"""

import logging
import threading
from contextlib import suppress

from . import bank as banking
from . import outcomes, webhooks
from .bank import Bank
from .cards import CARDS, NO_CARD
from .errors import NotFoundError, Refused, SimulatorError
from .outcomes import Header
from .plays import CANCEL, DECLINE, ENTRIES, IGNORE, Play
from .sessions import CARD_READ, DONE, QUEUED, SHOWN
from .terminals import DEFAULT_IDS, Terminal

_logger = logging.getLogger(__name__)

# Of the web API: "request to reverse aborted" (issue 2021).
NOT_CLEARED = 2055


class Engine:
    """Terminals, sessions and money.

    :param Settings settings: what ``reset`` returns to
    :param clock: Clock or ManualClock
    :param send: called with a list of webhooks.Event to send, under the lock
    """

    def __init__(self, settings, clock, send):
        self._initial_settings = settings
        self._clock = clock
        self._send = send
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = int(clock.now() * 1000)
        self._generation = 0
        self.reset()

    # -- state -----------------------------------------------------------------------------

    def reset(self):
        """Forget all sessions and money; terminals and settings are as at the start."""
        with self.lock:
            self._generation += 1
            self.settings = self._initial_settings.changed({})
            self.bank = Bank()
            self.sessions = {}
            self.terminals = {}
            for number, terminal_id in enumerate(DEFAULT_IDS, 1):
                self.add_terminal(terminal_id, {"name": f"Terminal {number}"})

    def change_settings(self, values):
        """Change settings.

        :raises SimulatorError: naming what is wrong; nothing is changed then
        """
        with self.lock:
            self.settings = self.settings.changed(values)
            for terminal in self.terminals.values():
                self._touch(terminal)

    def add_terminal(self, terminal_id, options):
        """Add a terminal to the merchant.

        :param str terminal_id: 8 digits at a real Viva; any text here
        :param dict options: see ``terminals.OPTIONS``
        :raises SimulatorError: when it exists or an option is wrong
        """
        with self.lock:
            if not isinstance(terminal_id, str) or not terminal_id or "/" in terminal_id:
                msg = "A terminal id is a text without a slash, like '16000004'."
                raise SimulatorError(msg)
            if terminal_id in self.terminals:
                raise SimulatorError(f"There is a terminal {terminal_id} already.")
            terminal = Terminal(terminal_id, virtual_terminal_id=f"VT{terminal_id}")
            terminal.name = f"Terminal {terminal_id}"
            terminal.set_options(options)
            self.terminals[terminal_id] = terminal
            self._touch(terminal)

    def set_terminal(self, terminal_id, options):
        """Change a terminal's options; waking it makes it fetch what is waiting for it.

        :raises SimulatorError: when the terminal is unknown or an option is wrong
        """
        with self.lock:
            terminal = self.terminal(terminal_id)
            terminal.set_options(options)
            self._touch(terminal)
            if options.get("asleep") is False:
                for session in list(terminal.queue):
                    self._show(session)

    def terminal(self, terminal_id):
        """Return a terminal.

        :raises NotFoundError: when there is none with this id
        """
        terminal = self.terminals.get(terminal_id)
        if terminal is None:
            raise NotFoundError(
                f"There is no terminal {terminal_id!r}. Known: {', '.join(self.terminals)}."
            )
        return terminal

    def session(self, session_id):
        """Return a session.

        :raises NotFoundError: when there is none with this id
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise NotFoundError(f"There is no session {session_id!r}. See GET sessions.")
        return session

    # -- what the till does ------------------------------------------------------------------

    def start(self, session):
        """Take a new session and bring it to its terminal.

        :param Session session: validated
        :raises Refused: with 409 when the session id is used, 404 or 409 for an unusable parent
        """
        with self.lock:
            if session.session_id in self.sessions:
                raise Refused(
                    409,
                    Header.DUPLICATE_SESSION,
                    f"Session with id {session.session_id} already exists",
                )
            if session.kind == banking.REFUND:
                self._check_parent(session)
            self.sessions[session.session_id] = session
            terminal = self.terminal(session.terminal_id)
            terminal.queue.append(session)
            self._touch(terminal)
            if terminal.asleep:
                return
            if terminal.wakes_late is not None:
                self._later(terminal.wakes_late, lambda: self._show(session))
                return
            self._show(session)

    def abort(self, session_id, cash_register_id):
        """Ask the terminal to stop; it does so a moment later, unless a card is read by then.

        :raises Refused: 404 unknown, 403 opened by another register, 409 aborted or over
        """
        with self.lock:
            session = self.sessions.get(session_id)
            if session is None:
                raise Refused(404, Header.SESSION_NOT_FOUND, "Session not found")
            if session.cash_register_id != cash_register_id:
                raise Refused(
                    403,
                    Header.WRONG_REGISTER,
                    "The session can only be aborted by the cash register that created it",
                )
            if session.abort_requested_at is not None:
                raise Refused(409, Header.ALREADY_ABORTED, "The session has already been aborted")
            if session.is_done:
                raise Refused(409, Header.ALREADY_ABORTED, "The session has already finished")
            session.abort_requested_at = self._clock.now()
            self._touch(self.terminal(session.terminal_id))
            self._later(self.settings.abort_seconds, lambda: self._carry_out_abort(session))

    # -- what the customer does ----------------------------------------------------------------

    def act(self, terminal_id, play):
        """Let the customer at a terminal do something.

        :param Play play: what; its ``after`` is not looked at
        :return: the Session
        :raises SimulatorError: when the terminal shows no request
        """
        with self.lock:
            session = self._active(terminal_id)
            self._act(session, play)
            return session

    def insert(self, terminal_id, card=None):
        """Let the customer insert a card: from now on an abort comes too late.

        :param str card: code of the card; None takes the terminal's
        :raises SimulatorError: when the terminal shows no request
        """
        with self.lock:
            session = self._active(terminal_id)
            self._read_card(session, Play.parse({"card": card, "entry": "chip"}, "Insert"))
            session.state = CARD_READ
            self._touch(self.terminal(terminal_id))
            return session

    # -- what Viva does by itself ----------------------------------------------------------------

    def approve_late(self, session_id, play=None):
        """Turn a failed session into a success, as reported in issues 2373 and 2461.

        :raises SimulatorError: when the session is unknown, open or successful, or a refund that
            may not be made any more
        """
        with self.lock:
            session = self.session(session_id)
            if not session.is_done or session.success:
                raise SimulatorError(
                    f"Session {session_id} has not failed, so it cannot succeed late."
                )
            if session.kind != banking.SALE and self._refusal(session):
                raise SimulatorError(f"Not enough remains for the refund of session {session_id}.")
            play = play or Play()
            if session.card is None:
                self._read_card(session, play)
            self._charge(session, play)

    def reverse(self, session_id):
        """Undo a session's charge, as Viva does after a lost connection (issue 2486).

        :raises SimulatorError: when there is no charge to undo
        """
        with self.lock:
            self.session(session_id)
            transaction = self.bank.of_session(session_id)
            if transaction is None or transaction.reversed:
                raise SimulatorError(f"Session {session_id} has no charge that can be reversed.")
            self._undo(transaction)

    def undo(self, transaction_id):
        """Undo a movement of money that may have no session: a refund through the account.

        :raises SimulatorError: when there is none, or it is undone already
        """
        with self.lock:
            transaction = self.bank.find(transaction_id)
            if transaction is None or transaction.reversed:
                raise SimulatorError(f"There is no transaction {transaction_id} to be undone.")
            self._undo(transaction)

    def _undo(self, transaction):
        self.bank.reverse(transaction)
        self._touch(self.terminal(transaction.terminal_id))
        self._emit([webhooks.reversal_event(self.settings, transaction, self._clock.now())])

    def refund_by_web(self, transaction_id, amount, merchant_reference, customer_trns):
        """Give money back without a terminal (``DELETE /api/transactions/{id}``).

        :param int amount: minor units; None is all that remains
        :return: the Transaction
        :raises Refused: 404 unknown, 400 more than what remains, 2055 not cleared yet
        """
        with self.lock:
            parent = self.bank.find(transaction_id)
            if parent is None or parent.is_refund:
                raise Refused(404, None, "Transaction not found")
            amount = parent.remaining if amount is None else amount
            if not 0 < amount <= parent.remaining:
                raise Refused(400, None, "The amount exceeds what can be refunded")
            now = self._clock.now()
            if self._is_unready(parent, amount):
                raise Refused(NOT_CLEARED, None, "Request to reverse aborted")
            if not self.settings.web_refund_reference:
                merchant_reference = parent.merchant_reference
            transaction = self.bank.record(
                banking.WEB_REFUND,
                terminal_id=parent.terminal_id,
                amount=amount,
                tip_amount=0,
                currency_code=parent.currency_code,
                merchant_reference=merchant_reference or parent.merchant_reference,
                customer_trns=customer_trns,
                time=now,
                type_id=_refund_type(parent, amount, now),
                card=parent.card,
                parent=parent,
            )
            self._touch(self.terminal(parent.terminal_id))
            self._emit([webhooks.payment_event(self.settings, transaction)])
            return transaction

    # -- inside ----------------------------------------------------------------------------------

    def _touch(self, terminal):
        """Tell everybody who waits that the terminal has changed."""
        self.version += 1
        terminal.version = self.version
        self.changed.notify_all()

    def _later(self, seconds, callback):
        """Run a callback under the lock later, unless the simulator was reset by then."""
        generation = self._generation

        def run():
            with self.lock:
                if generation == self._generation:
                    callback()

        return self._clock.call_later(seconds, run)

    def _emit(self, events):
        if events:
            self._send(events)

    def _active(self, terminal_id):
        session = self.terminal(terminal_id).active
        if session is None:
            raise SimulatorError(
                f"Terminal {terminal_id} shows no payment. Start one at the till first."
            )
        return session

    def _check_parent(self, session):
        parent = self.sessions.get(session.parent_session_id)
        if parent is None:
            raise Refused(404, Header.PARENT_NOT_FOUND, "Parent session not found")
        if not parent.is_done:
            raise Refused(
                409, Header.STILL_PROCESSING, "The parent session is still being processed"
            )
        if session.merchant_reference is None:
            session.merchant_reference = parent.merchant_reference

    def _show(self, session):
        """Bring a session to the screen, or end it when the terminal will not take it."""
        if session.state != QUEUED:
            return
        terminal = self.terminal(session.terminal_id)
        terminal.queue.remove(session)
        session.shown_at = self._clock.now()
        if session.abort_requested_at is not None:
            self._end_by_abort(session)
            return
        refusal = outcomes.BUSY if terminal.active else self._refusal(session)
        if refusal:
            self._fail(session, refusal)
            return
        session.state = SHOWN
        terminal.active = session
        self._touch(terminal)
        if session.kind != banking.SALE and not self.settings.refund_needs_card:
            self._charge(session, Play())
            return
        session.timers.append(
            self._later(
                self.settings.session_seconds,
                lambda: self._fail_open(session, outcomes.TIMED_OUT),
            )
        )
        if terminal.autopilot:
            self._start_autopilot(session, terminal.autopilot)

    def _start_autopilot(self, session, play):
        def run():
            if not session.is_done:
                self._act(session, play)

        session.timers.append(self._later(play.after, run))

    def _refusal(self, session):
        """Return the event id by which Viva refuses what was asked for, or None."""
        if session.kind == banking.SALE:
            return outcomes.PREAUTH_DISABLED if session.echo.get("preauth") else None
        if session.kind == banking.UNREFERENCED_REFUND:
            allowed = self.settings.refunds and self.settings.unreferenced_refunds
            return None if allowed else outcomes.REFUND_DISABLED
        if not self.settings.refunds:
            return outcomes.REFUND_DISABLED
        if not self.terminal(session.terminal_id).can_refund:
            return outcomes.VOID_UNSUPPORTED
        parent = self.bank.of_session(session.parent_session_id)
        if parent is None or parent.is_refund:
            return outcomes.NO_TRANSACTION
        is_elsewhere = session.terminal_id != parent.terminal_id
        if is_elsewhere and not self.settings.refund_other_terminals:
            return outcomes.PARENT_UNREADABLE
        if self._is_unready(parent, session.amount):
            return outcomes.NOT_REVERSIBLE
        if session.amount > parent.remaining or session.currency_code != parent.currency_code:
            return outcomes.INVALID_AMOUNT
        return None

    def _is_unready(self, parent, amount):
        """Tell whether a sale cannot be refunded by this amount now, though it remains."""
        if parent.refunded and not self.settings.several_part_refunds:
            return True
        is_part = amount != parent.amount
        is_cleared = not _is_same_day(parent.time, self._clock.now())
        return is_part and not (is_cleared or self.settings.part_refunds_before_clearing)

    def _act(self, session, play):
        session.play = play
        if play.outcome == IGNORE:
            self._touch(self.terminal(session.terminal_id))
            return
        if play.outcome == CANCEL:
            self._fail(session, play.failure)
            return
        if session.state != CARD_READ:
            self._read_card(session, play)
        if play.outcome == DECLINE:
            self._decline(session, play.failure, play.transaction_event_id)
            return
        demo = self._demo_decline(session)
        if demo:
            self._decline(session, outcomes.DECLINED_BY_SERVER, demo)
            return
        refusal = self._refusal(session)
        if refusal:
            self._fail(session, refusal)
            return
        self._charge(session, play)

    def _read_card(self, session, play):
        terminal = self.terminal(session.terminal_id)
        session.card = CARDS[play.card or terminal.card]
        session.entry_mode = ENTRIES[play.entry]

    def _demo_decline(self, session):
        """Return the issuer's code by which Viva's demo declines 99.XX (reference, 10), or 0."""
        reason = session.amount - 9900
        applies = self.settings.demo_declines and session.kind == banking.SALE
        return 10000 + reason if applies and 1 <= reason <= 99 else 0

    def _decline(self, session, event_id, transaction_event_id):
        session.transaction_event_id = transaction_event_id
        failure = webhooks.failure_event(self.settings, session, self._clock.now())
        self._end_without_charge(session, event_id, [failure])

    def _fail_open(self, session, event_id):
        if not session.is_done:
            self._fail(session, event_id)

    def _fail(self, session, event_id):
        """End a session as if no card had been read."""
        session.card, session.entry_mode = None, NO_CARD
        self._end_without_charge(session, event_id, [])

    def _end_without_charge(self, session, event_id, events):
        session.success = False
        session.event_id = event_id
        play = session.play
        self._finish(session, events)
        if play and play.approve_after is not None:
            self._later(play.approve_after, lambda: self._approve_after(session, play))

    def _approve_after(self, session, play):
        with suppress(SimulatorError):  # approved or used up meanwhile
            self.approve_late(session.session_id, play)

    def _charge(self, session, play):
        """Move the money and end the session with success."""
        now = self._clock.now()
        tip = session.tip_amount + play.tip
        parent = session.parent_session_id and self.bank.of_session(session.parent_session_id)
        session.transaction = self.bank.record(
            session.kind,
            session_id=session.session_id,
            terminal_id=session.terminal_id,
            amount=session.amount + tip if play.amount is None else play.amount,
            tip_amount=tip,
            currency_code=session.currency_code,
            merchant_reference=session.merchant_reference,
            customer_trns=session.customer_trns,
            time=now,
            card=session.card,
            entry_mode=session.entry_mode,
            parent=parent,
            type_id=(
                banking.TYPE_CHARGE
                if session.kind == banking.SALE
                else _refund_type(parent, session.amount, now)
            ),
        )
        session.success = True
        session.event_id = outcomes.APPROVED
        session.transaction_event_id = 0
        self._finish(session, [webhooks.payment_event(self.settings, session.transaction)])
        if play.reverse_after is not None:
            self._later(play.reverse_after, lambda: self._reverse_after(session))

    def _reverse_after(self, session):
        if not session.transaction.reversed:
            self.reverse(session.session_id)

    def _finish(self, session, events):
        """Give the result to everybody: API, screen, webhooks."""
        now = self._clock.now()
        terminal = self.terminal(session.terminal_id)
        session.cancel_timers()
        session.state = DONE
        session.finished_at = now
        if terminal.active is session:
            terminal.active = None
        if session.event_id != outcomes.BUSY:
            terminal.last = session
            terminal.result_until = now + self.settings.result_seconds
            self._later(self.settings.result_seconds, lambda: self._touch(terminal))
        self._touch(terminal)
        if not terminal.endless_202:
            events.append(
                webhooks.session_event(self.settings, session, self.session_body(session))
            )
        self._emit(events)

    def session_body(self, session):
        """Return a session's body with what its terminal is set to spoil."""
        terminal = self.terminal(session.terminal_id)
        body = {**session.body(), **terminal.body_overrides}
        for name in terminal.body_without:
            body.pop(name, None)
        return body

    def _carry_out_abort(self, session):
        """The terminal has fetched an abort: it stops, unless it is too late or asleep."""
        if session.state == QUEUED:
            return
        session.abort_ack_at = self._clock.now()
        if session.state == SHOWN:
            self._end_by_abort(session)

    def _end_by_abort(self, session):
        session.abort_ack_at = self._clock.now()
        session.abort_success = True
        self._fail(session, outcomes.ABORTED)


def _refund_type(parent, amount, now):
    """Tell a void (whole amount, same day) from a refund (viva-api reference, 5.2)."""
    whole = parent and amount == parent.amount
    is_void = whole and _is_same_day(parent.time, now)
    return banking.TYPE_VOID if is_void else banking.TYPE_REFUND


def _is_same_day(moment, other):
    """Tell whether two moments are on one day of UTC, after which sales are cleared here."""
    return moment // 86400 == other // 86400
