import time
from dataclasses import dataclass, field
from datetime import datetime

import psycopg2

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import mute_logger

from ...viva import money, timing
from ..db import database_clock, new_cursor, run_in_new_transaction
from ..refused import Refused
from ..states import UNFINISHED_STATES


@dataclass(frozen=True)
class Recorded:
    """What became of a till's wish to have a request recorded.

    :param int row_id: row that stands for it, of another session where the payment line was charged,
        or may be, under that one; None when there is none.
    :param tuple request: what to send now, see `_request`; only for a new row.
    :param list blocking_ids: of rows that occupy the terminal or the order: Viva is asked about
        them first.
    :param list uncertain_ids: of rows that may have moved money, as far as Viva has said since the
        wish.
    :param str order_uuid: of the order that the wish is for.
    """

    row_id: int | None = None
    request: tuple | None = None
    blocking_ids: list = field(default_factory=list)
    uncertain_ids: list = field(default_factory=list)
    order_uuid: str | None = None


@dataclass(frozen=True)
class Wish:
    """A till's wish to have money moved.

    :param dict values: of the row.
    :param datetime since: when it was there, by the clock of the database.
    :param float order_total: what the order costs by the till's copy, in major units; None when the
        till did not say.
    :param frozenset order_payments: uuids of the payment lines that the till has in the order.
    """

    values: dict
    since: datetime
    order_total: float | None = None
    order_payments: frozenset = frozenset()


class VivaWalletTransaction(models.Model):
    """Whether a new request may be sent, and its row, committed before it is.

    This decides about a first payment, *Retry*, a second device and a refund alike: every earlier
    request that may have moved money for the same line, order or refunded sale must have been
    answered by Viva after the wish to send.
    """

    _inherit = "viva.wallet.transaction"

    # === OPENING A ROW === #

    @api.model
    def _open_row(self, session_id, make_wish, is_cancelled=False):
        """Return the row of a request, the one that exists or a new one, and what to send.

        Before a new one is sent, Viva has answered about whatever blocks it: earlier requests of
        the same order, and the payment that occupies the terminal.

        :param str session_id: of the request, as a till names it.
        :param callable make_wish: gets the environment of the transaction in which the row is
            written and the moment of the wish, and returns a `Wish`.
        :param bool is_cancelled: record that this request must not be sent any more.
        :return: row, committed, and call to Viva, see `Recorded`. The cursor of the request may not
            see the row: use `new_cursor`.
        :rtype: tuple
        :raise Refused: when it must not be sent, or cannot be sent yet.
        """
        since, recorded = self._record(session_id, make_wish, is_cancelled)
        if recorded.blocking_ids or recorded.uncertain_ids:
            self._await_answers(recorded, since)
            since, recorded = self._record(session_id, make_wish, is_cancelled, since)
        ledger = self.sudo()
        if recorded.blocking_ids:
            raise ledger.browse(recorded.blocking_ids)._refusal_while_blocking(recorded.order_uuid)
        if recorded.uncertain_ids:
            raise ledger.browse(recorded.uncertain_ids)._refusal_while_uncertain()
        if not recorded.row_id:
            raise Refused("invalid")
        return ledger.browse(recorded.row_id), recorded.request

    @api.model
    def _record(self, session_id, make_wish, is_cancelled, since=None):
        """Find or create the row and commit it; see `_open_row`.

        :param datetime since: of the wish, when Viva was asked about what blocks it since then.
        :return: when the wish was there, and what was recorded.
        :rtype: tuple(datetime, Recorded)
        """

        def find_or_create(own):
            existing = own._of_sessions([session_id])
            if existing:
                return since, Recorded(row_id=existing.id)
            moment = since or database_clock(own.env)
            wish = make_wish(own.env, moment)
            is_settled = bool(since)
            return moment, own.sudo()._find_or_create(wish, is_cancelled, is_settled)

        try:
            with mute_logger("odoo.sql_db"):
                return run_in_new_transaction(self, find_or_create)
        except psycopg2.errors.UniqueViolation:
            # Another process was faster; a new transaction sees what it inserted.
            return run_in_new_transaction(self, find_or_create)

    @api.model
    def _await_answers(self, recorded, since):
        """Have Viva asked about rows that block a new one.

        Those that occupy the terminal or the order need not be waited for. Those by which money may
        have moved do, also for the question of somebody else, if it is a later one.

        :param Recorded recorded: names the rows.
        :param datetime since: of the wish; see `_is_uncertain`.
        """
        ledger = self.sudo()
        blocking = ledger.browse(recorded.blocking_ids)
        with new_cursor(blocking) as current:
            is_risky = any(row.state == "unknown" for row in current)
        blocking._poll(wait_long=is_risky)
        deadline = time.monotonic() + timing.SETTLE_SECONDS
        uncertain = ledger.browse(recorded.uncertain_ids)
        while True:
            with new_cursor(uncertain) as current:
                unasked = current.filtered(lambda row: not row._is_asked(since)).ids
            ledger.browse(unasked)._poll(wait_long=True)
            with new_cursor(uncertain) as current:
                is_settled = not any(row._is_answer_awaited(since) for row in current)
            if is_settled or time.monotonic() > deadline:
                return
            time.sleep(timing.SETTLE_PAUSE)

    def _refusal_while_blocking(self, order_uuid):
        """Return the refusal of a request for an order while these rows occupy it or the terminal."""
        with new_cursor(self[:1]) as other:
            return Refused(
                "order_busy" if other.order_uuid == order_uuid else "terminal_busy",
                terminal=other.terminal_id,
                amount=other.currency_id.format(other.amount),
                register=other.pos_config_id.name or other.cash_register_id,
            )

    def _refusal_while_uncertain(self):
        """Return the refusal of a request while it is not known whether these rows moved money."""
        with new_cursor(self[:1]) as row:
            return Refused(
                "unsettled",
                terminal=row.terminal_id,
                amount=row.currency_id.format(row.amount),
            )

    # === MAY IT BE SENT === #

    @api.model
    def _find_or_create(self, wish, is_cancelled=False, is_settled=False):
        """Return the row that stands for a request of a till, new where there is none.

        A new row is about to be sent: whoever gets its request back is the one that sends it.

        :param Wish wish: of a till.
        :param bool is_cancelled: whether a new row must not be sent any more.
        :param bool is_settled: whether Viva was asked about the blocking rows since the wish.
        :rtype: Recorded
        :raise Refused: when it must not be sent.
        """
        values = wish.values
        related = self.search(self._domain_related(values))
        own = related.filtered(lambda row: row.session_id == values["session_id"])
        if own:
            return own._recorded_for(values)
        related = related.filtered(lambda row: row.company_id.id == values["company_id"])
        of_line = related.filtered(lambda row: row.payment_uuid == values["payment_uuid"])
        if is_cancelled:
            holding = of_line.filtered(lambda row: row._holds_line())[:1]
            return Recorded(row_id=(holding or self._create_cancelled(values)).id)
        occupying = related.filtered(
            lambda row: row._occupies_terminal_of(values) or row._occupies_order_of(values)
        )
        running = of_line.filtered(lambda row: row.state in UNFINISHED_STATES)
        uncertain = related.filtered(lambda row: row._is_uncertain(wish.since))
        if not is_settled and (occupying | running | uncertain):
            return self._blocked(wish, occupying | running, uncertain)
        holding = of_line.filtered(lambda row: row._holds_line())[:1]
        if holding:
            return Recorded(row_id=holding.id)
        if occupying or uncertain:
            return self._blocked(wish, occupying, uncertain)
        related._check_order_cost(wish)
        if values.get("parent_id"):
            self._reserve(wish)
        row = self._create_sent(values)
        return Recorded(row_id=row.id, request=row._request())

    @staticmethod
    def _blocked(wish, blocking, uncertain):
        return Recorded(
            blocking_ids=blocking.ids,
            uncertain_ids=uncertain.ids,
            order_uuid=wish.values["order_uuid"],
        )

    def _recorded_for(self, values):
        """Return that this row stands for a request that comes once more."""
        return Recorded(row_id=self.id if self.company_id.id == values["company_id"] else None)

    @api.model
    def _domain_related(self, values):
        """Return the domain of all rows that decide whether a request may be made."""
        related = [
            [("session_id", "=", values["session_id"])],
            [("payment_uuid", "=", values["payment_uuid"])],
            [("terminal_id", "=", values["terminal_id"]), ("state", "=", "sent")],
        ]
        if values["order_uuid"]:
            related.append([("order_uuid", "=", values["order_uuid"])])
        if values.get("parent_id"):
            related.append([("parent_id", "=", values["parent_id"])])
        return Domain.OR(related)

    def _occupies_terminal_of(self, values):
        """Return whether it keeps a terminal from taking a request that has these values."""
        return (
            self.terminal_id == values["terminal_id"]
            and self.state == "sent"
            and "account" not in (self.refund_way, values.get("refund_way"))
        )

    def _occupies_order_of(self, values):
        """Return whether it keeps another payment line of its order from being charged.

        The same line is no matter here, see `_holds_line`.
        """
        is_running = self.state == "sent" or (self.state == "unknown" and not self.statement)
        return (
            is_running
            and bool(self.order_uuid)
            and self.order_uuid == values["order_uuid"]
            and self.payment_uuid != values["payment_uuid"]
        )

    def _holds_line(self):
        """Return whether its payment line must not be charged again."""
        return self.state in ("sent", "approved") or (
            self.state == "unknown" and self.statement != "not_paid"
        )

    @api.model
    def _create_cancelled(self, values):
        now = timing.now()
        return self.create({**values, "state": "failed", "reason": "cancelled", "finished_at": now})

    @api.model
    def _create_sent(self, values):
        """Create the row of a request that is about to be sent."""
        method = self.env["pos.payment.method"].browse(values["payment_method_id"])
        return self.create(
            {
                **values,
                "state": "sent",
                "sent_at": timing.now(),
                "merchant_account": method._viva_wallet_account(),
                "client_name": method.sudo().viva_wallet_client_id,
            }
        )

    # === WHAT THE ORDER COSTS === #

    def _check_order_cost(self, wish):
        """Refuse to move more money for an order than it costs, unless the cashier can see it all.

        A device with an old copy of an order does not know what another one has charged. Whoever
        sees all payments may ask for more on purpose: a tip, change, a further payment. Call it on
        the rows of the order, among others.

        :param Wish wish: see there.
        :raise Refused: "order_paid".
        """
        values = wish.values
        holding = self.filtered(
            lambda row: (
                row.order_uuid == values["order_uuid"]
                and row._holds_money()
                and row.statement != "not_paid"
            )
        )
        unseen = holding.filtered(
            lambda row: (
                row.payment_uuid not in wish.order_payments
                and row.payment_uuid != values["payment_uuid"]
            )
        )
        total = self._order_total_minor(wish) if unseen else None
        if total is None:
            return
        sign = -1 if values.get("kind") == "refund" else 1
        moved = sign * sum(row._sign() * row._moved_minor() for row in holding)
        if moved + values["amount_minor"] > sign * total > 0:
            currency = self.env["res.currency"].browse(values["currency_id"])
            moved_amount = float(money.to_major(moved, currency.name))
            raise Refused("order_paid", moved=currency.format(moved_amount))

    def _moved_minor(self):
        """Return what has moved by this row, or may have, without what the customer gave on top."""
        return self.charged_minor - self.tip_minor if self.charged_minor else self.amount_minor

    @api.model
    def _order_total_minor(self, wish):
        """Return what an order costs in minor units, by whoever knows of more; None if nobody says."""
        currency = self.env["res.currency"].browse(wish.values["currency_id"])
        order = self.env["pos.order"].sudo().search(
            [
                ("uuid", "=", wish.values["order_uuid"]),
                ("company_id", "=", wish.values["company_id"]),
            ],
            limit=1,
        )  # fmt: skip
        totals = [order.amount_total] if order else []
        if wish.order_total is not None:
            totals.append(wish.order_total)
        if not totals:
            return None
        return money.to_minor(currency.round(max(totals, key=abs)), currency.name)
