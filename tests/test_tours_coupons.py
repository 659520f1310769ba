from unittest import SkipTest

from odoo.tests import tagged

from .test_tours import TourCommon


@tagged("post_install", "-at_install")
class TestToursCoupons(TourCommon):
    """Gift cards beside cards, where `pos_loyalty` is installed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not hasattr(cls.env["pos.order"], "validate_coupon_programs"):
            raise SkipTest("pos_loyalty is not installed")
        programs = cls.env["loyalty.program"]
        programs.search([]).write({"pos_ok": False})
        cls.env.ref("loyalty.gift_card_product_50").product_tmpl_id.active = True
        program = programs.browse(programs.create_from_template("gift_card")["res_id"])
        cls.gift_card = cls.env["loyalty.card"].create(
            {"program_id": program.id, "code": "044123456", "points": 5}
        )

    def steer_spend(self, points):
        """Somebody else uses up a part of the gift card."""

        def spend(env):
            env["loyalty.card"].browse(self.gift_card.id).points -= points

        self.in_background(spend)

    def test_gift_card_is_used_up_before_the_charge(self):
        rows = self.run_tour("viva_wallet_gift_card_used_up")
        self.assertEqual(rows.mapped("amount_minor"), [1134])
        order = self.assert_paid(11.34)
        self.assertEqual(order.amount_total, 11.34)
        self.env.invalidate_all()
        self.assertEqual(self.gift_card.points, 0)
