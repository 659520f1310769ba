"""What terminals, customers and Viva do with the requests that come in.

One lock guards everything. All public methods need it; timers take it by themselves.
"""

import threading
from contextlib import suppress

from . import outcomes, webhooks
from .cards import CARDS, CHIP, ENTRIES, NO_CARD
from .customer_actions import CANCEL, DECLINE, IGNORE, INSERT, CustomerAction
from .errors import NotFoundError, Refused, SimulatorError
from .ledger import REFUND, SALE, TYPE_CHARGE, WEB_REFUND, Ledger
from .outcomes import Header
from .refund_rules import check_web_refund, refund_type, refusal
from .sessions import CARD_READ, DONE, QUEUED, SHOWN
from .terminals import DEFAULT_IDS, Terminal


class Engine:
    """Terminals, sessions and money.

    :param Settings settings: what ``reset`` returns to
    :param clock: Clock or ManualClock
    :param send: called with a list of webhooks.Event to send
    """

    def __init__(self, settings, clock, send):
        self._initial_settings = settings
        self._clock = clock
        self._send = send
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = int(clock.now() * 1000)
        with self.lock:
            self.reset()

    # -- state -----------------------------------------------------------------------------

    def reset(self):
        """Forget all sessions and money; terminals and settings are as at the start."""
        self.settings = self._initial_settings.changed({})
        self.ledger = Ledger()
        self.sessions = {}
        self.terminals = {}
        for number, terminal_id in enumerate(DEFAULT_IDS, 1):
            self.add_terminal(terminal_id, name=f"Terminal {number}")

    def change_settings(self, values):
        """Change settings.

        :raises SimulatorError: naming what is wrong; nothing is changed then
        """
        self.settings = self.settings.changed(values)
        self._touch()

    def add_terminal(self, terminal_id, **options):
        """Add a terminal to the merchant.

        :param str terminal_id: 8 digits at a real Viva; any text here
        :param options: see ``terminals.Options``
        :return: the Terminal
        :raises SimulatorError: when it exists or an option is wrong
        """
        if not isinstance(terminal_id, str) or not terminal_id or "/" in terminal_id:
            raise SimulatorError("A terminal id is a text without a slash, like '16000004'.")
        if terminal_id in self.terminals:
            raise SimulatorError(f"There is a terminal {terminal_id} already.")
        terminal = Terminal(terminal_id)
        terminal.set_options(options)
        self.terminals[terminal_id] = terminal
        self._touch()
        return terminal

    def set_terminal(self, terminal_id, **options):
        """Change a terminal's options; waking it makes it fetch what is waiting for it.

        :param options: see ``terminals.Options``
        :return: the Terminal
        :raises SimulatorError: when the terminal is unknown or an option is wrong
        """
        terminal = self.terminal(terminal_id)
        terminal.set_options(options)
        self._touch()
        if options.get("asleep") is False:
            for session in list(terminal.queue):
                self._show(session)
        return terminal

    def terminal(self, terminal_id):
        """Return a terminal.

        :raises NotFoundError: when there is none with this id
        """
        if terminal_id not in self.terminals:
            known = ", ".join(self.terminals)
            raise NotFoundError(f"There is no terminal {terminal_id!r}. Known: {known}.")
        return self.terminals[terminal_id]

    def session(self, session_id):
        """Return a session.

        :raises NotFoundError: when there is none with this id
        """
        if session_id not in self.sessions:
            raise NotFoundError(f"There is no session {session_id!r}. See GET sessions.")
        return self.sessions[session_id]

    # -- what the till does ------------------------------------------------------------------

    def start(self, session):
        """Take a new session and bring it to its terminal.

        :param Session session: validated
        :raises Refused: with 409 when the session id is used, 404 or 409 for an unusable parent
        """
        if session.session_id in self.sessions:
            detail = f"Session with id {session.session_id} already exists"
            raise Refused(409, Header.DUPLICATE_SESSION, detail)
        if session.kind == REFUND:
            self._check_parent(session)
        self.sessions[session.session_id] = session
        terminal = self.terminal(session.terminal_id)
        terminal.queue.append(session)
        self._touch()
        if terminal.asleep:
            return
        if terminal.wakes_late is None:
            self._show(session)
        else:
            self._later(terminal.wakes_late, lambda: self._show(session))

    def abort(self, session_id, cash_register_id):
        """Ask the terminal to stop; it does so a moment later, unless a card is read by then.

        :raises Refused: 404 unknown, 403 opened by another register, 409 aborted or over
        """
        session = self.sessions.get(session_id)
        if session is None:
            raise Refused(404, Header.SESSION_NOT_FOUND, "Session not found")
        if session.cash_register_id != cash_register_id:
            detail = "The session can only be aborted by the cash register that created it"
            raise Refused(403, Header.WRONG_REGISTER, detail)
        if session.abort_requested_at is not None:
            raise Refused(409, Header.ALREADY_ABORTED, "The session has already been aborted")
        if session.is_done:
            raise Refused(409, Header.ALREADY_ABORTED, "The session has already finished")
        session.abort_requested_at = self._clock.now()
        self._touch()
        self._later(self.settings.abort_seconds, lambda: self._carry_out_abort(session))

    def session_body(self, session):
        """Return a session's body with what its terminal is set to spoil."""
        terminal = self.terminal(session.terminal_id)
        body = session.body()
        if not self.settings.surcharge_in_amount:
            body["amount"] -= session.surcharge
        body.update(terminal.body_overrides)
        return {name: body[name] for name in body if name not in terminal.body_without}

    # -- what the customer does ----------------------------------------------------------------

    def act(self, terminal_id, action, **options):
        """Let the customer at a terminal do something.

        :param str action: one of ``customer_actions.ACTIONS``; "settings" sets terminal options
        :param options: see ``customer_actions.CustomerAction``
        :return: the Session (the Terminal)
        :raises SimulatorError: when the terminal shows no payment
        """
        if action == "settings":
            return self.set_terminal(terminal_id, **options)
        done = CustomerAction.by_hand(action, options)
        session = self.terminal(terminal_id).active
        if session is None:
            problem = f"Terminal {terminal_id} shows no payment. Start one at the till first."
            raise SimulatorError(problem)
        self._carry_out(session, done)
        return session

    # -- what Viva does by itself ----------------------------------------------------------------

    def approve_late(self, session_id, **options):
        """Turn a failed session into a success, as reported in issues 2373 and 2461.

        :param options: card, entry, tip, amount
        :return: the Session
        :raises SimulatorError: when the session is unknown, open or successful, or a refund that
            may not be made any more
        """
        session = self.session(session_id)
        self._approve_late(session, CustomerAction.by_hand("approve", options))
        return session

    def _approve_late(self, session, action):
        session_id = session.session_id
        if not session.is_done or session.success:
            raise SimulatorError(f"Session {session_id} has not failed, so it cannot succeed late.")
        if session.kind != SALE and self._refusal(session):
            raise SimulatorError(f"Not enough remains for the refund of session {session_id}.")
        if session.card is None:
            self._read_card(session, action)
        self._charge(session, action)

    def reverse(self, session_id):
        """Undo a session's charge, as Viva does after a lost connection (issue 2486).

        :return: the Session
        :raises SimulatorError: when there is no charge to undo
        """
        session = self.session(session_id)
        transaction = self.ledger.of_session(session_id)
        if transaction is None or transaction.reversed:
            raise SimulatorError(f"Session {session_id} has no charge that can be reversed.")
        self.undo(transaction.transaction_id)
        return session

    def undo(self, transaction_id):
        """Undo a movement of money that may have no session: a refund through the account.

        :raises SimulatorError: when there is none, or it is undone already
        """
        transaction = self.ledger.find(transaction_id)
        if transaction is None or transaction.reversed:
            raise SimulatorError(f"There is no transaction {transaction_id} to be undone.")
        self.ledger.reverse(transaction)
        self._touch()
        self._send([webhooks.reversal_event(self.settings, transaction, self._clock.now())])

    def refund(self, session_id, amount=None):
        """Refund the charge of a session, as the merchant does in Viva's own pages.

        :param int amount: minor units; None is all that remains
        :return: the Session
        :raises SimulatorError: when that much cannot be refunded
        """
        session = self.session(session_id)
        try:
            self.refund_by_web(session.transaction and session.transaction.transaction_id, amount)
        except Refused as error:
            raise SimulatorError(f"Session {session_id}: {error.detail}.") from None
        return session

    def refund_by_web(self, transaction_id, amount, merchant_reference=None, customer_trns=None):
        """Give money back without a terminal (``DELETE /api/transactions/{id}``).

        :param int amount: minor units; None is all that remains
        :return: the Transaction
        :raises Refused: 404 unknown, 400 more than what remains, 2055 not cleared yet
        """
        parent, now = self.ledger.find(transaction_id), self._clock.now()
        amount = check_web_refund(self.settings, parent, amount, now)
        if not merchant_reference or not self.settings.web_refund_reference:
            merchant_reference = parent.merchant_reference
        transaction = self.ledger.record(
            WEB_REFUND,
            terminal_id=parent.terminal_id,
            amount=amount,
            tip_amount=0,
            currency_code=parent.currency_code,
            merchant_reference=merchant_reference,
            customer_trns=customer_trns,
            time=now,
            type_id=refund_type(parent, amount, now),
            card=parent.card,
            parent=parent,
        )
        self._touch()
        self._send([webhooks.payment_event(self.settings, transaction)])
        return transaction

    # -- inside ----------------------------------------------------------------------------------

    def _touch(self):
        """Tell everybody who waits that something has changed."""
        self.version += 1
        self.changed.notify_all()

    def _later(self, seconds, callback):
        """Run a callback under the lock later, unless the simulator was reset by then."""
        ledger = self.ledger

        def run():
            with self.lock:
                if ledger is self.ledger:
                    callback()

        return self._clock.call_later(seconds, run)

    def _check_parent(self, session):
        parent = self.sessions.get(session.parent_session_id)
        if parent is None:
            raise Refused(404, Header.PARENT_NOT_FOUND, "Parent session not found")
        if not parent.is_done:
            detail = "The parent session is still being processed"
            raise Refused(409, Header.STILL_PROCESSING, detail)
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
        event_id = outcomes.BUSY if terminal.active else self._refusal(session)
        if event_id:
            self._fail(session, event_id)
            return
        session.state = SHOWN
        terminal.active = session
        self._touch()
        if session.kind != SALE and not self.settings.refund_needs_card:
            self._charge(session, CustomerAction())
            return
        self._while_open(
            session, self.settings.session_seconds, lambda: self._fail(session, outcomes.TIMED_OUT)
        )
        action = terminal.autopilot
        if action:
            self._while_open(session, action.after, lambda: self._carry_out(session, action))

    def _while_open(self, session, seconds, callback):
        """Run a callback later, unless the session is over by then."""
        session.timers.append(self._later(seconds, lambda: session.is_done or callback()))

    def _if_possible(self, seconds, callback):
        """Run a callback later; what it does may have been done or made impossible by then."""

        def run():
            with suppress(SimulatorError):
                callback()

        self._later(seconds, run)

    def _refusal(self, session):
        """Return the event id by which Viva refuses what was asked for, or None."""
        terminal, parent = self.terminal(session.terminal_id), self._parent(session)
        return refusal(self.settings, session, terminal, parent, self._clock.now())

    def _parent(self, session):
        """Return the movement that a session refunds, or None."""
        return session.parent_session_id and self.ledger.of_session(session.parent_session_id)

    def _carry_out(self, session, action):
        """Do what a customer does with the session on the screen."""
        session.action = action
        if action.outcome == IGNORE:
            self._touch()
            return
        if action.outcome == CANCEL:
            self._fail(session, action.failure)
            return
        if session.state != CARD_READ:
            self._read_card(session, action)
        if action.outcome == INSERT:
            session.state = CARD_READ
            session.entry_mode = CHIP
            self._touch()
            return
        if action.outcome == DECLINE:
            self._decline(session, action.failure, action.transaction_event_id)
            return
        demo = outcomes.demo_decline(session) if self.settings.demo_declines else 0
        event_id = self._refusal(session)
        if demo:
            self._decline(session, outcomes.DECLINED_BY_SERVER, demo)
        elif event_id:
            self._fail(session, event_id)
        else:
            self._charge(session, action)

    def _read_card(self, session, action):
        session.card = CARDS[action.card or self.terminal(session.terminal_id).card]
        session.entry_mode = ENTRIES[action.entry]

    def _decline(self, session, event_id, transaction_event_id):
        session.transaction_event_id = transaction_event_id
        failure = webhooks.failure_event(self.settings, session, self._clock.now())
        self._end_without_charge(session, event_id, [failure])

    def _fail(self, session, event_id):
        """End a session as if no card had been read."""
        session.card, session.entry_mode = None, NO_CARD
        self._end_without_charge(session, event_id, [])

    def _end_without_charge(self, session, event_id, events):
        session.event_id = event_id
        action = session.action
        self._finish(session, events)
        if action and action.approve_after is not None:
            self._if_possible(action.approve_after, lambda: self._approve_late(session, action))

    def _charge(self, session, action):
        """Move the money and end the session with success."""
        now, parent = self._clock.now(), self._parent(session)
        tip = session.tip_amount + action.tip
        is_sale = session.kind == SALE
        if is_sale and not session.echo.get("skipSurcharge"):
            session.surcharge = action.surcharge
        session.instalments = min(action.instalments, session.max_instalments)
        session.transaction = self.ledger.record(
            session.kind,
            amount=session.amount + tip + session.surcharge
            if action.amount is None
            else action.amount,
            tip_amount=tip,
            time=now,
            parent=parent,
            type_id=TYPE_CHARGE if is_sale else refund_type(parent, session.amount, now),
            **session.recorded(),
        )
        session.success = True
        session.event_id = outcomes.APPROVED
        session.transaction_event_id = 0
        self._finish(session, [webhooks.payment_event(self.settings, session.transaction)])
        if action.reverse_after is not None:
            self._if_possible(action.reverse_after, lambda: self.reverse(session.session_id))

    def _finish(self, session, events):
        """Give the result to everybody: API, screen, webhooks."""
        now = self._clock.now()
        terminal = self.terminal(session.terminal_id)
        for cancel in session.timers:
            cancel()
        session.state = DONE
        session.finished_at = now
        if terminal.active is session:
            terminal.active = None
        if session.event_id != outcomes.BUSY:
            terminal.last = session
            terminal.result_until = now + self.settings.result_seconds
            self._later(self.settings.result_seconds, self._touch)
        self._touch()
        if not terminal.endless_202:
            body = self.session_body(session)
            events.append(webhooks.session_event(self.settings, session, body))
        self._send(events)

    def _carry_out_abort(self, session):
        """The terminal has fetched an abort: it stops, unless it is too late or asleep."""
        if session.state == QUEUED:
            return
        if session.state == SHOWN:
            self._end_by_abort(session)
        else:
            session.abort_ack_at = self._clock.now()

    def _end_by_abort(self, session):
        session.abort_ack_at = self._clock.now()
        session.abort_success = True
        self._fail(session, outcomes.ABORTED)
