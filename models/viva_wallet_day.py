from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ..viva import day_list, money, outcome, timing
from ..viva import transaction as viva_transaction
from .own_transaction import committed, fresh, surviving

EARLIER_DAYS = 6  # before yesterday, that are looked at by turns: all of them four times a day
MAX_QUESTIONS = 20  # about single sessions, per comparison


class VivaWalletDay(models.AbstractModel):
    """Compare the ledger with Viva's own list of the day."""

    _name = "viva.wallet.day"
    _description = "Viva Wallet: comparison with Viva's list of the day"

    listed_minor = fields.Integer(
        string="Amount in Viva's list (minor units)",
        readonly=True,
        aggregator=None,
        help="Where it is another one than was charged.",
    )

    @api.model
    def _cron_compare_days(self):
        """Compare today and yesterday, in UTC, for each merchant account.

        The interval of the cron is what keeps us from asking Viva for its list too often.
        """
        for methods in self._methods_by_account():
            with surviving(f"the comparison for payment methods {methods.ids}"):
                self._compare_days(methods)
            self.env["ir.cron"]._commit_progress(1)
        self._check_reversals()

    @api.model
    def _methods_by_account(self):
        """Return the payment methods, archived ones too, those of one account together."""
        accounts = {}
        methods = self.env["pos.payment.method"].sudo().with_context(active_test=False)
        for method in methods.search([("use_payment_terminal", "=", "viva_wallet")]):
            with surviving(f"payment method {method.id}"):
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
        lists = [day_list.from_reply(client.list_sessions(day)) for day in days]
        listed = {entry.session_id: entry for entries in lists for entry in entries or ()}
        self._compare_listed(methods, listed)
        if None not in lists:
            self._compare_unlisted(methods, client, listed, days[0])
        for day in (*days, self._earlier_day(today)):
            self._suspect_touched(methods, client.list_transactions(day))

    @api.model
    def _earlier_day(self, today):
        """Return one of the days before yesterday, another one with each hour.

        What is undone later can change nothing but the entry in the list of its own day.
        """
        hours = int(timing.now().timestamp() // 3600)
        return today - timedelta(days=2 + hours % EARLIER_DAYS)

    def _expected(self):
        """Return what was asked for, to hold an answer of Viva against.

        :rtype: outcome.Expected
        """
        return outcome.Expected(
            session_id=self.session_id,
            amount=self.amount_minor - self.tip_asked_minor,
            currency_code=money.numeric_code(self.currency_id.name),
            kind=self.kind,
        )

    # === IN VIVA'S LIST === #

    @api.model
    def _compare_listed(self, methods, listed):
        with fresh(self) as current:
            rows = current.search([("session_id", "in", list(listed))])
            known = set(rows.mapped("session_id"))
            differing = {
                row.id: listed[row.session_id]
                for row in rows
                if row._differs(listed[row.session_id])
            }
        for row_id, entry in differing.items():
            with surviving(entry.session_id):
                committed(self.browse(row_id), lambda own, e=entry: own._take_from_list(e))
        for session_id in listed.keys() - known:
            entry = listed[session_id]
            if entry.is_ours and entry.is_sale:
                with surviving(session_id):
                    committed(methods, lambda own, entry=entry: self._import(own, entry))

    def _differs(self, entry):
        """Tell whether Viva's list says something about the row that is not in it."""
        if self.state == "new" or not self.payment_method_id:
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

        :param viva.day_list.Listed entry: about the session of the row.
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
        :param viva.day_list.Listed entry: has the marks of our requests.
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
                "amount_minor": result.amount - (result.tip_amount or 0),
            }
        )
        row._apply_outcome(result, entry.reply)
        payment = row.env["pos.payment"].search(
            [("viva_wallet_session_id", "=", row.session_id)], limit=1
        )
        payment._viva_wallet_bind()
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
        with fresh(self) as current:
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
                with surviving(expected.session_id):
                    committed(self.browse(row_id), lambda own: own._flag("not_listed"))

    # === NO LONGER STANDING === #

    @api.model
    def _suspect_touched(self, methods, reply):
        """Have the records read of those charges and refunds, however old, that a list says to be
        refunded, cancelled or undone.

        :param methods: payment methods of the account.
        :param Reply reply: Viva's list of the transactions of a day.
        """
        entries = viva_transaction.entries_of_day(reply) or ()
        named = {
            name for entry in entries for name in (entry.transaction_id, entry.parent_id) if name
        }
        rows = self.search(
            [
                ("state", "=", "approved"),
                ("payment_method_id", "in", methods.ids),
                ("transaction_id", "in", [*named, *map(str.upper, named)]),
            ]
        )
        touched = viva_transaction.touched(entries, rows.mapped("transaction_id"))
        for row in rows.filtered(lambda row: row.transaction_id.lower() in touched):
            with surviving(row.session_id):
                row._suspect_entries(touched[row.transaction_id.lower()])

    def _suspect_entries(self, entries):
        """Suspect that this row was undone, unless our own refunds explain what a list says.

        :param list entries: of `viva.transaction.touched`.
        """
        ours = self.refund_ids.filtered(lambda refund: refund.state != "failed")
        news = {
            f"{entry.transaction_id} {entry.fate}": entry
            for entry in entries
            if not self._is_entry_explained(entry, ours)
        }
        known = set(self.touched_by or ())
        if not news.keys() - known:
            return
        # A refund of ours whose outcome is not known may be the one that is listed.
        is_vague = bool(ours.filtered(lambda refund: refund.state != "approved"))
        listed = None if is_vague else sorted(known | news.keys())
        committed(self, lambda own: own._note_suspicion(is_vague, listed))

    def _is_entry_explained(self, entry, ours):
        """Tell whether what a list says of this row is what refunds of ours have done to it."""
        own_id = self.transaction_id.lower()
        if entry.transaction_id == own_id:
            is_undone = entry.fate == viva_transaction.UNDONE
            return bool(ours) and (
                not is_undone or self._is_explained_by(ours, viva_transaction.UNDONE)
            )
        names = {name.lower() for name in ours.mapped("transaction_id") if name}
        sessions = set(ours.mapped("session_id"))
        return entry.transaction_id in names or (entry.reference or "").lower() in sessions
