from datetime import timedelta

from odoo import api, models

from ...viva import masking, outcome, timing


class VivaWalletTransaction(models.Model):
    """What an outcome, as `viva.outcome` reads it from a reply of Viva, does to a row."""

    _inherit = "viva.wallet.transaction"

    def _apply_outcome(self, result, reply):
        """Apply an outcome, whoever asked for it. Call it with the row in its own transaction.

        :param outcome.Outcome result: what Viva said.
        :param Reply reply: the answer it was read from.
        """
        self.ensure_one()
        is_missing = (result.state, result.reason) == (outcome.MISSING, "not_found")
        self._lock()
        if result.state == outcome.APPROVED:
            self._apply_approval(result, reply)
        elif result.state == outcome.FAILED:
            self._apply_failure(result, reply)
        elif is_missing:
            self._apply_missing()
        elif result.claims_success and self.state == "failed":
            self.money_uncertain = True
            self._flag("conflict")
        else:
            self._apply_pending(result)
        self._end_if_overdue()
        self._plan_next_check(is_missing or result.state in (outcome.APPROVED, outcome.FAILED))

    def _apply_approval(self, result, reply):
        if self.state in ("approved", "reversed"):
            if result.transaction_id != self.transaction_id:
                self._flag("conflict")
            return
        was_failed = self.state == "failed"
        # Through the account Viva does not say which card it is: the one that paid.
        paid_with = self.parent_id if self.refund_way == "account" else self.browse()
        self._set_state(
            "approved",
            reason=False,
            money_uncertain=False,
            charged_minor=result.amount,
            tip_minor=result.tip_amount or 0,
            surcharge_minor=result.surcharge_amount or 0,
            instalments=result.instalments or 0,
            further_details=result.further_details,
            transaction_id=result.transaction_id,
            order_code=result.order_code,
            authorization_code=result.authorization_code,
            rrn=result.rrn,
            card_brand=result.card_brand or paid_with.card_brand,
            card_last4=result.card_last4 or paid_with.card_last4,
            entry_mode=result.entry_mode,
            verification_method=result.verification_method,
            aid=result.aid,
            **self._answer_values(result, reply),
        )
        was_decided = self.review_state == "resolved" and self.statement != "paid"
        if was_failed or was_decided or self.statement == "not_paid":
            self._flag("late_approval", replace=True)
        elif result.amount_differs or self._has_surplus():
            self._flag("amount_differs", replace=True)
        elif result.is_unusual:
            self._flag("unusual", replace=True)
        else:
            self._unflag("unknown", "stated", "unaskable")
        self._book()

    def _apply_failure(self, result, reply):
        if self.state == "approved":
            self._flag("conflict")
            self._suspect_reversal()
            return
        if self.state not in ("sent", "unknown"):
            if self.missing_since:
                self.missing_since = False
            return
        self._fail(
            result.reason,
            money_uncertain=result.money == "maybe",
            **self._answer_values(result, reply),
        )
        if self.statement == "paid" or self._is_booked():
            self._flag("not_charged", replace=True)
        else:
            self._unflag("unknown", "stated", "unaskable")

    def _apply_missing(self):
        if self.refund_way == "account":
            self._apply_not_listed()
            return
        if self.state not in ("sent", "failed"):
            return
        if not self.missing_since:
            self.missing_since = timing.now()
        missing = (timing.now() - self.missing_since).total_seconds()
        if (
            self.state == "sent"
            and self.abort_requested_at
            and not self.accepted_at
            and not self._is_in_transit()
            and missing >= timing.GONE_AFTER_MISSING
        ):
            self._fail("never_received", money_uncertain=True)

    def _apply_pending(self, result):
        if result.state != outcome.PENDING:
            return
        if self.missing_since or not self.accepted_at:
            self.write(
                {
                    "missing_since": False,
                    "accepted_at": self.accepted_at or timing.now(),
                }
            )
        if self.state == "failed":
            self._mark_uncertain_again()

    def _mark_uncertain_again(self):
        """Take note that Viva has a request after all that was given up: it may still charge.

        Whoever heard of it has it stopped, see `_abort_given_up`.
        """
        soon = timing.now() + timedelta(seconds=timing.TILL_ASKS_WITHIN)
        self.write({"money_uncertain": True, "check_at": soon})
        self._trigger_cron(soon)

    def _end_if_overdue(self):
        if self.state == "sent" and self._age() >= timing.UNKNOWN_AFTER:
            self._set_state("unknown")
            self._flag("unknown")

    def _plan_next_check(self, is_answered):
        """Say when the cron asks again about a finished row that it has just asked about.

        :param bool is_answered: whether Viva has said anything about it.
        """
        now = timing.now()
        is_planned = bool(self.check_at) and self.check_at > now
        if is_planned or (not self.check_at and self.state != "unknown"):
            return
        age = now - (self.finished_at or self.create_date)
        if self.state == "unknown":
            self.check_at = self._next_question(age, timing.FOLLOW_INTERVAL)
        elif is_answered:
            self.check_at = self.money_uncertain and self._next_question(age, timing.CHECK_INTERVAL)
        else:
            self.check_at = self._next_question(age, timing.CHECK_AFTER)
            if age >= timedelta(seconds=timing.CHECK_LIFE) and self._is_uncertain():
                self._flag("unknown")

    def _next_question(self, age, interval):
        """Return when Viva is asked again about what is not certain: the older, the later.

        :param timedelta age: since it was over, as far as anybody knows.
        :param float interval: seconds until then, at least.
        :return: False when it is too old for Viva to say anything new.
        :rtype: datetime or bool
        """
        if age >= self._follow_life():
            return False
        seconds = min(age.total_seconds() / timing.FOLLOW_AGE_DIVISOR, timing.FOLLOW_AT_LEAST)
        return timing.now() + timedelta(seconds=max(seconds, interval))

    @api.model
    def _follow_life(self):
        """Return for how long outcomes that are not certain are asked about.

        :rtype: timedelta
        """
        days = self.env["ir.config_parameter"].sudo().get_param(timing.FOLLOW_PARAMETER) or ""
        days = int(days) if days.isdecimal() else timing.FOLLOW_DAYS
        return timedelta(seconds=days * timing.DAY)

    def _apply_unaskable(self):
        """Have a person look at what cannot be asked about, where money may have moved."""
        self._lock()
        self._end_if_overdue()
        if self.state == "unknown" or self._is_uncertain():
            self._flag("unaskable", replace=self.review == "unknown")
        if self.state != "sent":
            self.check_at = False

    @staticmethod
    def _answer_values(result, reply):
        return {
            "event_id": result.event_id,
            "message": result.message,
            "raw_answer": masking.mask(reply.body),
        }
