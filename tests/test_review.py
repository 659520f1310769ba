"""What a person must look at: opening, resolving, attaching, and who may."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import OTHER_TERMINAL, TERMINAL, VivaWalletCommon

REVIEWS = (
    "late_approval", "amount_differs", "reversed", "reversal_announced", "unknown", "stated",
    "conflict", "no_payment", "not_charged", "no_row", "not_listed", "unusual", "unaskable",
)  # fmt: skip


class ReviewCommon(VivaWalletCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("viva_manager", "point_of_sale.group_pos_manager")
        cls.accountant = cls.create_user("viva_accountant", "account.group_account_user")

    def setUp(self):
        super().setUp()
        self.pos_session = self.open_register()

    def lost_charge(self, **values):
        """Return the row of a charge that no payment books, on review."""
        row = self.transaction(self.approved_sale(**values)["session_id"])
        self.let_pass(row, 601)
        self.run_cron()
        self.assertEqual((row.review, row.review_state), ("no_payment", "open"))
        return row

    def resolve(self, row, resolution, note="", order=None, user=None):
        """Resolve a row in the dialog, as a person does."""
        self.env.flush_all()
        wizards = self.env["viva.wallet.resolve"].with_user(user or self.manager)
        wizard = wizards.create(
            {
                "transaction_id": row.id,
                "resolution": resolution,
                "note": note,
                "order_id": order and order.id,
            }
        )
        wizard.action_resolve()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.invalidate_all()
        return wizard


@tagged("post_install", "-at_install")
class TestReview(ReviewCommon):
    def bus_messages(self):
        messages = self.env["bus.bus"].sudo().search([], order="id").mapped("message")
        return [message for message in messages if "VIVA_WALLET_REVIEW" in message]

    # === ENTRIES === #

    def test_nothing_disappears_without_a_name_and_a_reason(self):
        for resolution in ("refunded", "settled", "checked"):
            with self.subTest(resolution=resolution):
                row = self.lost_charge()
                self.resolve(row, resolution, "Paid back in cash, see the till roll")
                self.assertEqual(row.review_state, "resolved")
                self.assertEqual(row.review, "no_payment")
                self.assertEqual(row.resolution, resolution)
                self.assertEqual(row.resolved_by_id, self.manager)
                self.assertTrue(row.resolved_at)
                self.assertEqual(row.resolution_note, "Paid back in cash, see the till roll")
                self.assertIn(self.manager.name, row.review_history)
                self.run_cron()
                self.assertEqual(row.review_state, "resolved")

    def test_a_note_is_needed(self):
        row = self.lost_charge()
        for note in ("", "  \n"):
            with self.assertRaisesRegex(UserError, "write down"):
                self.resolve(row, "checked", note)
        self.assertEqual(row.review_state, "open")

    def test_resolved_once(self):
        row = self.lost_charge()
        self.resolve(row, "checked", "Mine")
        with self.assertRaisesRegex(UserError, "meanwhile"):
            self.resolve(row, "settled", "No, mine")
        self.assertEqual(row.resolution_note, "Mine")

    def test_a_new_truth_opens_it_again(self):
        row = self.lost_charge()
        self.resolve(row, "settled", "Paid in cash")
        row._flag("no_payment")
        self.assertEqual(row.review_state, "resolved", "the same thing found again")
        row._flag("reversed", replace=True)
        self.assertEqual((row.review, row.review_state), ("reversed", "open"))
        self.assertFalse(row.resolution or row.resolved_by_id or row.resolved_at)
        for trace in ("Paid in cash", self.manager.name, "no payment in Odoo"):
            self.assertIn(trace, row.review_history)

    def test_one_question_at_a_time(self):
        row = self.create_transaction(state="approved", charged_minor=1234)
        row._flag("amount_differs")
        row._flag("conflict")
        self.assertEqual(row.review, "amount_differs")
        row._flag("reversed", replace=True)
        self.assertEqual(row.review, "reversed")
        row._unflag("amount_differs")
        self.assertEqual(row.review_state, "open")
        row._unflag("reversed")
        self.assertFalse(row.review or row.review_state)
        self.assertIn("Reversed by Viva", row.review_history)

    def test_charge_found_after_the_unknown_was_resolved(self):
        self.simulator.set_terminal(TERMINAL, endless_202=True)
        sale = self.sale_values()
        self.till("start_sale", sale)
        row = self.transaction(sale["session_id"])
        self.let_pass(row, 151)
        self.assertEqual(self.read(sale["session_id"])["state"], "unknown")
        self.resolve(row, "settled", "The customer paid in cash")
        self.simulator.tap(TERMINAL)
        self.simulator.set_terminal(TERMINAL, endless_202=False)
        self.assertEqual(self.read(sale["session_id"])["state"], "approved")
        self.assertEqual((row.review, row.review_state), ("late_approval", "open"))
        self.assert_ledgers_agree()

    def test_resolved_word_of_the_cashier_explains_no_charge_without_payment(self):
        row = self.create_transaction(state="approved", charged_minor=1234, statement="paid")
        row._flag("stated")
        self.resolve(row, "checked", "Seen on the receipt")
        row.finished_at = row.create_date
        self.let_pass(row, 601)
        self.run_cron()
        self.assertEqual((row.review, row.review_state), ("no_payment", "open"))

    def test_every_reason_has_its_sentences(self):
        self.assertEqual(
            set(REVIEWS), set(dict(self.env["viva.wallet.transaction"]._fields["review"].selection))
        )
        order = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        for review in REVIEWS:
            for values in (
                {},
                {"order_uuid": order.uuid, "order_name": "Order 1", "statement": "paid"},
                {"order_uuid": order.uuid, "statement": "not_paid", "listed_minor": 99},
            ):
                with self.subTest(review=review, values=values):
                    row = self.create_transaction(
                        state="failed", charged_minor=1250, statement_user_id=self.cashier.id,
                        **values,
                    )  # fmt: skip
                    row._flag(review)
                    self.assertTrue(row.review_facts.endswith("."), row.review_facts)
                    self.assertTrue(row.review_advice.endswith("."), row.review_advice)
                    self.assertNotIn("%(", row.review_facts + row.review_advice)

    # === THE TILL === #

    def test_till_is_told_and_gets_the_sentences(self):
        known = len(self.bus_messages())
        row = self.lost_charge(order_name="Order 7")
        self.assertEqual(len(self.bus_messages()), known + 1)
        self.assertNotIn("12.34", self.bus_messages()[-1])
        (entry,) = self.till("open_reviews", self.viva_config.id)
        self.assertEqual(entry["session_id"], row.session_id)
        self.assertIn("12.34", entry["title"])
        self.assertIn("Order 7", entry["title"])
        self.assertEqual(entry["facts"], row.review_facts)
        self.assertEqual(entry["advice"], row.review_advice)
        self.assertEqual(entry["card"], row.card_last4)
        self.assertEqual(set(entry), {"session_id", "title", "time", "facts", "advice", "card"})
        self.resolve(row, "checked", "Seen")
        self.assertEqual(len(self.bus_messages()), known + 2)
        self.assertEqual(self.till("open_reviews", self.viva_config.id), [])

    def test_till_sees_its_own_register_only(self):
        self.lost_charge()
        other = self.create_config("Register two", payment_method_ids=self.viva_method.ids)
        self.assertEqual(self.till("open_reviews", other.id), [])
        self.assertEqual(self.till("open_reviews", 0), [])
        self.assertEqual(len(self.till("open_reviews", self.viva_config.id)), 1)

    def test_closing_names_what_is_open(self):
        row = self.lost_charge()
        session = self.pos_session.with_user(self.cashier)
        (entry,) = session.get_closing_control_data()["viva_wallet_reviews"]
        self.assertEqual(entry["session_id"], row.session_id)
        self.assertIn(row.review_facts, session.viva_wallet_review_text)
        self.assertTrue(session.close_session_from_ui()["successful"])
        self.assertFalse(session.viva_wallet_review_text)

    # === RIGHTS === #

    def test_managers_and_accountants_resolve(self):
        for user in (self.manager, self.accountant):
            with self.subTest(user=user.login):
                row = self.lost_charge()
                self.resolve(row, "checked", "Seen", user=user)
                self.assertEqual(row.resolved_by_id, user)

    def test_nobody_else_resolves(self):
        row = self.lost_charge()
        auditor = self.create_user("viva_auditor", "account.group_account_readonly")
        for user in (self.cashier, auditor, self.create_user("viva_employee")):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self.resolve(row, "checked", "Seen", user=user)
                with self.assertRaises(AccessError):
                    row.with_user(user)._check_may_resolve()
        self.assertEqual(row.review_state, "open")

    def test_not_in_another_company(self):
        row = self.lost_charge()
        company = self.setup_other_company(currency_id=self.env.ref("base.EUR").id)["company"]
        stranger = self.create_user(
            "viva_stranger", "point_of_sale.group_pos_manager", company=company
        )
        with self.assertRaises(AccessError):
            self.resolve(row, "checked", "Seen", user=stranger)
        self.assertEqual(row.review_state, "open")
        self.assertEqual(self.till("open_reviews", self.viva_config.id, user=stranger), [])

    def test_count_of_the_register(self):
        row = self.lost_charge()
        config = self.viva_config.with_user(self.manager)
        self.assertEqual(config.viva_wallet_review_count, 1)
        action = config.action_viva_wallet_review()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), row)
        with self.assertRaises(AccessError):
            self.viva_config.with_user(self.cashier).read(["viva_wallet_review_count"])


@tagged("post_install", "-at_install")
class TestAttach(ReviewCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_method = cls.env["pos.payment.method"].create(
            {"name": "Other card", "journal_id": cls.company_data["default_journal_bank"].id}
        )
        cls.viva_config.payment_method_ids += cls.other_method

    def draft_order(self, amount=12.34, paid=0.0, **values):
        """Return an order that waits in the till, with so much paid otherwise."""
        order = self.sync_order(
            self.sale_values(amount=amount), state="draft", viva_wallet_session_id=False, **values
        )
        order.payment_ids.unlink()
        if paid:
            order.add_payment(
                {
                    "pos_order_id": order.id,
                    "amount": paid,
                    "payment_method_id": self.other_method.id,
                }
            )
        order.amount_paid = paid
        return order

    def refused(self, row, order, sentence):
        """Check that attaching is refused in these words, in the dialog before anything is done."""
        effect, is_possible = row._attach_effect(order)
        self.assertFalse(is_possible, effect)
        self.assertRegex(effect, sentence)
        with self.assertRaisesRegex(UserError, sentence):
            self.resolve(row, "attached", order=order)
        self.assertEqual(row.review_state, "open")

    def test_unpaid_order_is_paid_by_it(self):
        row, order = self.lost_charge(), self.draft_order()
        self.resolve(row, "attached", "Customer came back", order)
        self.assertEqual(order.state, "paid")
        payment = order.payment_ids
        self.assertEqual(payment.amount, 12.34)
        self.assertEqual(payment.transaction_id, row.transaction_id)
        self.assertEqual(payment.card_no, row.card_last4)
        self.assertEqual((row.payment_id, row.order_id), (payment, order))
        self.assertEqual((row.review_state, row.resolution), ("resolved", "attached"))
        self.assertIn("Customer came back", row.resolution_note)
        self.assert_ledgers_agree(payments=1)
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)

    def test_part_of_an_order(self):
        row, order = self.lost_charge(), self.draft_order(amount=20.0)
        self.resolve(row, "attached", order=order)
        self.assertEqual((order.state, order.amount_paid), ("draft", 12.34))
        self.assertEqual(row.payment_id.pos_order_id, order)

    def test_rest_of_an_order(self):
        row, order = self.lost_charge(), self.draft_order(amount=20.0, paid=7.66)
        self.resolve(row, "attached", order=order)
        self.assertEqual(order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_more_than_the_rest(self):
        row, order = self.lost_charge(), self.draft_order(amount=20.0, paid=10.0)
        self.refused(row, order, "more than the .*10.00")

    def test_paid_order_whose_payment_nobody_charged(self):
        booked = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        unasked = self.transactions()
        self.assertEqual(unasked.review, "not_charged")
        row = self.lost_charge()
        self.resolve(row, "attached", "The card was tapped twice", booked)
        self.assertEqual(row.payment_id, booked.payment_ids)
        self.assertEqual(booked.payment_ids.transaction_id, row.transaction_id)
        self.assertEqual((unasked.review_state, unasked.resolution), ("resolved", "attached"))
        self.assertFalse(unasked.payment_id)
        self.assert_ledgers_agree(payments=1)

    def test_paid_order_of_a_closed_session(self):
        booked = self.sync_order(self.sale_values(), viva_wallet_session_id=False)
        row = self.lost_charge()
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.resolve(row, "attached", order=booked)
        self.assertEqual(row.payment_id, booked.payment_ids)
        self.assert_ledgers_agree(payments=1)

    def test_payment_of_a_reversed_charge(self):
        sale = self.approved_sale()
        order = self.sync_order(sale)
        reversed_row = self.transaction(sale["session_id"])
        self.simulator.reverse(sale["session_id"])
        reversed_row._suspect_reversal()
        self.run_cron()
        self.assertEqual(reversed_row.state, "reversed")
        row = self.lost_charge()
        self.resolve(row, "attached", "Paid again", order)
        self.assertEqual(order.payment_ids.transaction_id, row.transaction_id)
        self.assert_ledgers_agree(payments=1)

    def test_order_paid_otherwise(self):
        row, order = self.lost_charge(), self.draft_order(paid=12.34)
        order._process_saved_order(False)
        self.assertEqual(order.state, "paid")
        self.refused(row, order, "already paid: Other card.*12.34.*correct the payment")
        answer = self.pos_session.with_user(self.cashier).close_session_from_ui()
        self.assertTrue(answer["successful"], answer)
        self.refused(row, order, "session is closed.*between the two journals")

    def test_charged_order(self):
        sale = self.approved_sale()
        order = self.sync_order(sale)
        self.refused(self.lost_charge(), order, "already paid: Viva Wallet")
        self.assert_ledgers_agree(payments=1)

    def test_running_payment(self):
        order = self.draft_order()
        row = self.lost_charge()
        self.till("start_sale", self.sale_values(order_uuid=order.uuid))
        self.refused(row, order, "not known yet")

    def test_cancelled_order(self):
        order = self.draft_order()
        row = self.lost_charge()
        order.action_pos_order_cancel()
        self.refused(row, order, "is cancelled")

    def test_register_without_the_method(self):
        method = self.create_viva_method(viva_wallet_terminal_id=OTHER_TERMINAL)
        row = self.lost_charge()
        row.payment_method_id = method
        self.refused(row, self.draft_order(), "does not take")

    def test_booked_charge_is_not_attached_again(self):
        sale = self.approved_sale()
        self.sync_order(sale)
        row = self.transaction(sale["session_id"])
        row._flag("conflict")
        self.refused(row, self.draft_order(), "still needs a payment")

    def test_dialog_proposes_the_order_it_was_asked_for(self):
        order = self.draft_order()
        row = self.lost_charge()
        row.order_uuid = order.uuid
        form = Form(
            self.env["viva.wallet.resolve"]
            .with_user(self.manager)
            .with_context(default_transaction_id=row.id, default_resolution="attached")
        )
        self.assertEqual(form.order_id, order)
        self.assertTrue(form.is_possible)
        self.assertIn("12.34", form.effect)
        form.save().action_resolve()
        self.assertEqual(order.state, "paid")
        self.assert_ledgers_agree(payments=1)

    def test_accountant_without_the_point_of_sale_does_not_attach(self):
        row, order = self.lost_charge(), self.draft_order()
        with self.assertRaises(AccessError):
            self.resolve(row, "attached", order=order, user=self.accountant)
        self.assertEqual((row.review_state, order.state), ("open", "draft"))
