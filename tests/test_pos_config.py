"""What a register knows of Viva: its currency, its surplus product, what is on review."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common_ledger import ReviewCommon


@tagged("post_install", "-at_install")
class TestPosConfig(ReviewCommon):
    def test_method_is_refused_in_a_register_of_another_currency(self):
        for link in ("from the register", "from the method"):
            with self.subTest(link), self.assertRaisesRegex(ValidationError, "USD"):
                journals = self.env["account.journal"].create(
                    [
                        {
                            "name": f"{kind} {link}",
                            "type": kind,
                            "currency_id": self.env.ref("base.USD").id,
                        }
                        for kind in ("sale", "bank")
                    ]
                )
                config = self.create_config(
                    link, journal_id=journals[0].id, invoice_journal_id=journals[0].id
                )
                if link == "from the register":
                    config.payment_method_ids = self.create_viva_method(journal_id=journals[1].id)
                else:
                    self.create_viva_method(journal_id=journals[1].id, config_ids=[(4, config.id)])

    def test_tills_know_the_products_for_what_is_charged_on_top(self):
        config = self.viva_config
        # Before the products, as a till does.
        loaded = {"pos.config": config._load_pos_data_read(config, config)}
        data = self.env["product.template"]._load_pos_data_search_read(loaded, self.viva_config)
        templates = [record["id"] for record in data]
        for name in ("surplus", "surcharge"):
            product = self.env.ref(f"pos_viva_wallet.product_product_{name}")
            self.assertIn(product, self.viva_config._get_special_products())
            self.assertIn(product.product_tmpl_id.id, templates)

    def test_count_of_the_register(self):
        row = self.lost_charge()
        config = self.viva_config.with_user(self.manager)
        self.assertEqual(config.viva_wallet_review_count, 1)
        action = config.action_viva_wallet_review()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), row)
        with self.assertRaises(AccessError):
            self.viva_config.with_user(self.cashier).read(["viva_wallet_review_count"])
