from datetime import timedelta

from odoo import api, models
from odoo.exceptions import AccessError

from ...viva import timing
from ..db import new_cursor, run_in_new_transaction
from ..messages import payment_messages
from ..refused import Refused
from ..states import HOLDING_STATES, UNFINISHED_STATES

MAX_QUESTIONS = 5  # to Viva within one call of a till; the others get their turn with the next
RECENT_SALES = 3  # how many of a terminal's last sales tell whether notifications arrive


class VivaWalletPosApi(models.AbstractModel):
    """What a till may ask of the server. Every answer is a value; only a missing right raises.

    The answer about one payment (a *snapshot*) is a dict:

    * `session_id`: UUID of the request, also when the till had asked under another one;
    * `state`: see `viva.wallet.transaction`, or `not_recorded` when the server has no such row;
    * `reason`, `text`: why nothing was charged, as a key and as a sentence for the cashier;
    * `refused`: it was not given to Viva in this call, see `reason`;
    * `uncertain`: Viva reports a failure after which money was seen to have moved all the same;
    * `limited`: it has to wait because Viva limits the calls of a merchant;
    * `silent`: Viva has not answered for a while: `state_outcome` may be called;
    * `aborting`: the terminal was asked to stop and has not answered yet;
    * `cancelled`: a person asked it to stop, whether or not that was in time;
    * `accepted`: Viva confirmed that it has the request;
    * `ask_again_in`: seconds after which there may be news, more when many tills are waiting;
    * `amount`, `charged`: asked for and charged with tip, in major units, negative for money that
      is paid back; `amount_minor` in minor units, never negative;
    * `extras`: order lines for what was charged on top, see `_extras` of the ledger;
    * `payment_uuid`: the payment line it was asked for;
    * `device`, `asked_by`: which device and which user asked for it;
    * `statement`: what the cashier said about an unknown outcome;
    * `card`: the values for the payment line once it is approved, else False.

    The name of the model is what tills call. It stays as it is: a page that was loaded before an
    upgrade goes on calling it.
    """

    _name = "viva.wallet.till"
    _description = "Viva Wallet: calls of the till"

    # === CALLS === #

    @api.model
    def start_sale(self, sale):
        """Ask the terminal for a payment, once, however often this is called.

        :param dict sale: `session_id` (UUIDv4, made by the till), `payment_method_id`,
            `pos_session_id`, `amount` (major units), `order_uuid`, `order_name`, `payment_uuid`,
            and optionally `tip` (major units): the part of the amount that is a tip; `order_total`
            (major units): what the order costs by the till's copy; `order_payments`: uuids of all
            payment lines that this copy has; `to_invoice`: whether an invoice is wanted, and
            `partner_id` for whom; `cashier`: who is at the till, see
            `_validated_cashier`; `device`: by which the till saves its orders.
        :return: a snapshot, with `wakeups`: whether notifications of Viva are to be expected.
        :rtype: dict
        """
        self._check_user()
        return self._start(sale)

    @api.model
    def _start(self, request):
        """Have a sale or a refund recorded and sent; see `start_sale`."""
        try:
            transaction, call = self._open_row(request)
        except Refused as refusal:
            return self._refusal(request, refusal)
        snapshot = transaction._send(call) if call else self._snapshot(transaction)
        return {**snapshot, "wakeups": self._has_wakeups(transaction)}

    @api.model
    def read_status(self, session_ids):
        """Tell what is known about payments, after asking Viva about those that are not finished.

        :param list session_ids: any number of UUIDs.
        :return: a snapshot for each of them.
        :rtype: dict
        """
        self._check_user()
        transactions = self.env["viva.wallet.transaction"]._of_sessions(session_ids)
        transactions.filtered("resend_at")._resend_due()
        unfinished = transactions.filtered(
            lambda row: row.state in UNFINISHED_STATES or row._has_unasked_news()
        )
        snapshots = unfinished[:MAX_QUESTIONS]._poll()
        others = transactions.filtered(lambda row: row.session_id not in snapshots)
        if others:
            others._abort_expired()
            snapshots |= self._snapshots(others)
        for session_id in session_ids:
            snapshots.setdefault(
                session_id, {"session_id": session_id, "state": "not_recorded", "card": False}
            )
        return snapshots

    @api.model
    def abort(self, sale, cashier=None):
        """Ask the terminal to stop; the answer tells what became of the payment so far.

        A request that has not reached the server yet is recorded as cancelled, so that it is not
        sent when it does.

        :param dict sale: as for `start_sale`; or as for `start_refund`, with `kind` "refund".
        :param dict cashier: who wants it, see `_validated_cashier`.
        :return: a snapshot.
        :rtype: dict
        """
        self._check_user()
        transaction = self.env["viva.wallet.transaction"]._of_sessions([sale.get("session_id")])
        if not transaction:
            try:
                transaction, _call = self._open_row(sale, is_cancelled=True)
            except Refused as refusal:
                return self._refusal(sale, refusal)
        self._named(transaction, cashier)._abort(self.env.uid)
        return self._snapshot(transaction)

    @api.model
    def state_outcome(self, session_id, paid, cashier=None):
        """Record what the cashier sees on a terminal about which Viva cannot say anything.

        :param str session_id: UUID of a payment whose outcome is unknown, or about which Viva has
            been silent for a while.
        :param bool paid: whether the terminal shows the payment as made.
        :param dict cashier: who says so, see `_validated_cashier`.
        :return: a snapshot; `statement` is only set when the outcome is still unknown.
        :rtype: dict
        """
        self._check_user()
        transaction = self.env["viva.wallet.transaction"]._of_sessions([session_id])
        if transaction.state in ("sent", "unknown"):
            run_in_new_transaction(
                self._named(transaction, cashier), lambda own: own._record_statement(paid)
            )
        return self.read_status([session_id])[session_id]

    @api.model
    def read_orders(self, order_uuids):
        """Tell which payments of orders are running, or were charged.

        For a till that has lost its payment lines, such as a page closed right after the request.

        :param list order_uuids: of orders that are open at the till.
        :return: for each payment a snapshot, with `order_uuid` and `payment_method_id`.
        :rtype: list
        """
        self._check_user()
        transactions = (
            self.env["viva.wallet.transaction"]
            .sudo()
            .search(
                [
                    ("order_uuid", "in", [name for name in order_uuids if isinstance(name, str)]),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "in", HOLDING_STATES),
                ],
                order="id",
            )
        )
        return [
            {
                **transaction._snapshot(),
                "order_uuid": transaction.order_uuid,
                "payment_method_id": transaction.payment_method_id.id,
            }
            for transaction in transactions
        ]

    @api.model
    def _open_row(self, request, is_cancelled=False):
        """Return the row of a request, and the call to Viva; see `_open_row` of the ledger."""

        def make_wish(env, since):
            return env[self._name]._wish(request, since, is_cancelled)

        ledger = self.env["viva.wallet.transaction"]
        return ledger._open_row(request.get("session_id"), make_wish, is_cancelled)

    # === RIGHTS === #

    @api.model
    def _check_user(self):
        if not self.env.su and not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(
                self.env._("Only users of the Point of Sale can take payments on a terminal.")
            )

    # === ANSWERS === #

    @api.model
    def _snapshot(self, transaction):
        with new_cursor(transaction) as current:
            return current._snapshot()

    @api.model
    def _snapshots(self, transactions):
        with new_cursor(transactions) as current:
            return {row.session_id: row._snapshot() for row in current}

    @api.model
    def _refusal(self, sale, refusal):
        is_refund = sale.get("kind") == "refund"
        kind = "refund" if is_refund else "sale"
        return {
            "session_id": sale.get("session_id"),
            "state": "failed",
            "refused": True,
            "reason": refusal.reason,
            "text": payment_messages.refusal_text(
                self.env, kind, refusal.reason, **refusal.details
            ),
            "aborting": False,
            "accepted": False,
            "card": False,
            "payment_uuid": sale.get("payment_uuid"),
            **({"way": sale.get("way") or False, "other_way": False} if is_refund else {}),
        }

    @api.model
    def _has_wakeups(self, transaction):
        """Tell whether Viva announced the last sales of its terminal: then polling can be slow."""
        with new_cursor(transaction) as current:
            last = current.search_fetch(
                [("terminal_id", "=", current.terminal_id), ("state", "=", "approved")],
                ["notified_at", "finished_at"],
                limit=RECENT_SALES,
            )
            return bool(last) and all(
                sale.notified_at
                and sale.notified_at
                <= sale.finished_at + timedelta(seconds=timing.NOTIFIED_PROMPTLY)
                for sale in last
            )
