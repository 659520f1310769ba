from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from ...viva import money, outcome, session_list, timing
from ..db import log_and_continue, new_cursor, run_in_new_transaction

AT_ONCE = 10  # questions under way together: one slow answer does not delay all
EARLIER_DAYS = 6  # before yesterday, that are looked at by turns: all of them four times a day
MAX_QUESTIONS = 20  # about single sessions, per comparison


class VivaWalletTransaction(models.Model):
    """What the scheduled actions do until the ledger and Viva's own lists agree."""

    _inherit = "viva.wallet.transaction"

    listed_minor = fields.Integer(
        string="Amount in Viva's list (minor units)",
        readonly=True,
        aggregator=None,
        help="Where it is another one than was charged.",
    )

    # === WHAT IS NOT FINISHED === #

    @api.model
    def _cron_reconcile(self):
        """Bring every row to its end, also those whose till never comes back."""
        unfinished = self.search([("state", "in", ("sent", "unknown"))])
        with log_and_continue("requests under a limit"):
            unfinished._resend_due()
        with log_and_continue("aborts"):
            unfinished._abort_expired()
        for transactions in split_every(AT_ONCE, self._to_ask().ids, self.browse):
            transactions._poll_each()
            self.env["ir.cron"]._commit_progress(len(transactions))
        self._check_reversals()
        self._flag_without_payment()

    @api.model
    def _to_ask(self):
        """Return the rows about which Viva is to be asked now."""
        now = timing.now()
        return self.search(
            Domain("state", "=", "sent")
            | Domain("check_at", "<=", now)
            | Domain(
                [
                    ("state", "=", "unknown"),
                    ("check_at", "=", False),
                    ("create_date", ">", now - self._follow_life()),
                ]
            )
        )

    def _poll_each(self):
        """Ask about all of these together; when one of them cannot be asked about, one by one."""
        with log_and_continue("questions to Viva"):
            self._poll(wait_long=True)
            return
        for transaction in self:
            with log_and_continue(transaction.session_id):
                transaction._poll(wait_long=True)

    def _abort_expired(self):
        """Ask once that those requests in `self` be stopped that are older than a session lasts."""
        with new_cursor(self) as current:
            expired = current.filtered(lambda transaction: transaction._is_expired()).ids
        self._finish_calls([transaction._start_abort() for transaction in self.browse(expired)])

    def _is_expired(self):
        return (
            self.state == "sent"
            and not self.abort_requested_at
            and self._age() >= timing.ABORT_AFTER
        )

    @api.model
    def _flag_without_payment(self):
        now = timing.now()
        charged = [
            ("state", "=", "approved"),
            ("finished_at", "<", now - timedelta(seconds=timing.NO_PAYMENT_AFTER)),
            *self._domain_unexplained(),
        ]
        unbooked = self.search([*charged, ("payment_id", "=", False)])
        recently = now - timedelta(seconds=timing.CANCELLED_LIFE)
        cancelled = self.search(
            [*charged, ("finished_at", ">", recently), ("order_id.state", "=", "cancel")]
        )
        for transaction in unbooked | cancelled:
            with log_and_continue(transaction.session_id):
                run_in_new_transaction(transaction, lambda own: own._flag_if_without_payment())

    def _flag_if_without_payment(self):
        """Ask a person to look, unless the payment is there: it was saved while Viva answered."""
        self._lock()
        self._book()
        is_booked = self.payment_id and self.order_id.state != "cancel"
        if not is_booked and not self._is_settled_unbooked():
            self._flag("no_payment")

    # === VIVA'S LISTS === #

    @api.model
    def _cron_compare_days(self):
        """Compare today and yesterday, in UTC, for each merchant account.

        The interval of the cron is what keeps us from asking Viva for its list too often.
        """
        for methods in self._methods_by_account():
            with log_and_continue(f"the comparison for payment methods {methods.ids}"):
                self._compare_days(methods)
            self.env["ir.cron"]._commit_progress(1)
        self._check_reversals()

    @api.model
    def _methods_by_account(self):
        """Return the payment methods, archived ones too, those of one account together."""
        accounts = {}
        methods = self.env["pos.payment.method"].sudo().with_context(active_test=False)
        for method in methods.search([("use_payment_terminal", "=", "viva_wallet")]):
            with log_and_continue(f"payment method {method.id}"):
                identity = method._viva_wallet_client().identity
                accounts[identity] = accounts.get(identity, methods) + method
        return list(accounts.values())

    @api.model
    def _compare_days(self, methods):
        """Compare the ledger with the lists of one merchant account. A failed question changes
        nothing.

        :param methods: payment methods with the same credentials.
        """
        client = methods[0]._viva_wallet_client()
        today = timing.now().date()
        days = (today - timedelta(days=1), today)
        lists = [session_list.from_reply(client.list_sessions(day)) for day in days]
        listed = {entry.session_id: entry for entries in lists for entry in entries or ()}
        self._compare_listed(methods, listed)
        if None not in lists:
            self._compare_unlisted(methods, client, listed, days[0])
        day = self._day_of_unknown(methods, days[0])
        if day:
            entries = session_list.from_reply(client.list_sessions(day)) or ()
            self._compare_listed(methods, {entry.session_id: entry for entry in entries})
        for day in (*days, self._earlier_day(today)):
            self._suspect_touched(methods, client.list_transactions(day))

    @api.model
    def _earlier_day(self, today):
        """Return one of the days before yesterday, another one with each hour.

        What is undone later can change nothing but the entry in the list of its own day.
        """
        hours = int(timing.now().timestamp() // 3600)
        return today - timedelta(days=2 + hours % EARLIER_DAYS)

    @api.model
    def _day_of_unknown(self, methods, before):
        """Return an earlier day of which an outcome is not known, another one with each hour; None
        when there is none.

        An approval of a terminal without internet may be listed on the day of the sale.

        :param methods: payment methods of one account.
        :param date before: the first day that is compared anyhow.
        """
        unknown = self.search(
            [
                ("state", "=", "unknown"),
                ("payment_method_id", "in", methods.ids),
                ("create_date", ">", timing.now() - self._follow_life()),
                ("create_date", "<", datetime.combine(before, time())),
            ]
        )
        days = sorted({row.create_date.date() for row in unknown})
        hours = int(timing.now().timestamp() // 3600)
        return days[hours % len(days)] if days else None

    # === IN VIVA'S LIST === #

    @api.model
    def _compare_listed(self, methods, listed):
        with new_cursor(self) as current:
            rows = current.search([("session_id", "in", list(listed))])
            known = set(rows.mapped("session_id"))
            differing = {
                row.id: listed[row.session_id]
                for row in rows
                if row._differs(listed[row.session_id])
            }
        for row_id, entry in differing.items():
            with log_and_continue(entry.session_id):
                run_in_new_transaction(
                    self.browse(row_id), lambda own, e=entry: own._take_from_list(e)
                )
        for session_id in listed.keys() - known:
            entry = listed[session_id]
            if entry.is_ours and entry.is_sale:
                with log_and_continue(session_id):
                    run_in_new_transaction(
                        methods, lambda own, entry=entry: self._import(own, entry)
                    )

    def _differs(self, entry):
        """Tell whether Viva's list says something about the row that is not in it."""
        if not self.payment_method_id:
            return False
        result = entry.outcome(self._expected())
        if result.state == outcome.APPROVED:
            return self.state not in ("approved", "reversed") or (
                result.transaction_id != self.transaction_id
                or result.amount not in (self.charged_minor, self.listed_minor)
            )
        return result.state == outcome.FAILED and self.state in ("sent", "unknown", "approved")

    def _take_from_list(self, entry):
        """Apply an entry of the list. Call it with the row in its own transaction.

        :param viva.session_list.ListedSession entry: about the session of the row.
        """
        result = entry.outcome(self._expected())
        self._apply_outcome(result, entry.reply)
        if self.state != "approved" or result.state != outcome.APPROVED:
            return
        if result.amount not in (self.charged_minor, self.listed_minor):
            self.listed_minor = result.amount
            self._flag("amount_differs", again=True)

    # === NOT IN THE LEDGER === #

    @api.model
    def _import(self, methods, entry):
        """Write down a charge that has no row, if it was one of our registers that asked for it.

        Other systems may share the merchant account: their charges are none of our business.

        :param methods: payment methods of the account, in a transaction of their own.
        :param viva.session_list.ListedSession entry: has the marks of our requests.
        """
        ledger = self.with_env(methods.env)
        result = entry.outcome()
        config = methods.env["pos.config"].browse(entry.register_number).exists()
        method = ledger._method_of(config, entry.terminal_id, methods)
        if result.state != outcome.APPROVED or result.amount <= 0 or not method:
            return
        try:
            currency = money.alpha_code(result.currency_code)
        except money.UnsupportedCurrency:
            return  # no register of ours can have asked for it
        row = ledger.create(
            {
                "session_id": entry.session_id,
                "state": "unknown",
                "payment_method_id": method.id,
                "merchant_account": method._viva_wallet_account(),
                "terminal_id": entry.terminal_id,
                "cash_register_id": ledger._cash_register_id(config),
                "pos_config_id": config.id,
                "company_id": config.company_id.id,
                "order_name": entry.order_name,
                "currency_id": config.env["res.currency"]
                .with_context(active_test=False)
                .search([("name", "=", currency)], limit=1)
                .id,
                "amount_minor": result.amount
                - (result.tip_amount or 0)
                - (result.surcharge_amount or 0),
            }
        )
        row._apply_outcome(result, entry.reply)
        payment = row.env["pos.payment"].search(
            [("viva_wallet_session_id", "=", row.session_id)], limit=1
        )
        payment._viva_wallet_bind_saved()
        if not row.payment_id:
            row._flag("no_row")

    @api.model
    def _method_of(self, config, terminal_id, methods):
        """Return the payment method by which a register uses, or used, a terminal."""
        if config.company_id not in methods.company_id:
            return methods.browse()
        linked = (config.payment_method_ids & methods).filtered(
            lambda method: method.viva_wallet_terminal_id == terminal_id
        )
        earlier = self.search(
            [
                ("pos_config_id", "=", config.id),
                ("terminal_id", "=", terminal_id),
                ("payment_method_id", "in", methods.ids),
            ],
            limit=1,
        )
        return linked[:1] or earlier.payment_method_id

    # === NOT IN VIVA'S LIST === #

    @api.model
    def _compare_unlisted(self, methods, client, listed, first_day):
        """Ask about charges that are missing from the list: it may just be incomplete."""
        first = datetime.combine(first_day, time()) + timedelta(seconds=timing.DAY_EDGE)
        with new_cursor(self) as current:
            unlisted = current.search(
                [
                    ("kind", "=", "sale"),  # refunds may have no session at Viva
                    ("state", "=", "approved"),
                    ("payment_method_id", "in", methods.ids),
                    # The method may have spoken for another account at the time.
                    ("merchant_account", "=", methods[0]._viva_wallet_account()),
                    ("sent_at", ">=", first),
                    ("finished_at", "<", timing.now() - timedelta(seconds=timing.LIST_LAG)),
                    ("session_id", "not in", list(listed)),
                    ("review", "!=", "not_listed"),
                ]
            )
            questions = [(row.id, row._expected()) for row in unlisted[:MAX_QUESTIONS]]
        for row_id, expected in questions:
            result = outcome.from_session(client.read_session(expected.session_id), expected)
            if (result.state, result.reason) == (outcome.MISSING, "not_found"):
                with log_and_continue(expected.session_id):
                    run_in_new_transaction(self.browse(row_id), lambda own: own._flag("not_listed"))
