import io

import polib

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from ..models.refused import Refused

MODULE = "pos_viva_wallet"


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    def test_template_is_current(self):
        """`dev/translations` writes it anew."""
        exported = io.BytesIO()
        trans_export(None, [MODULE], exported, "po", self.env)
        template = polib.pofile(f"{get_module_path(MODULE)}/i18n/{MODULE}.pot")
        current = polib.pofile(exported.getvalue().decode())
        self.assertEqual(
            {entry.msgid for entry in current},
            {entry.msgid for entry in template},
            "i18n/pos_viva_wallet.pot is out of date: run dev/translations",
        )

    def test_cashier_reads_the_own_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        till = self.env["viva.wallet.till"].with_context(lang="de_DE")
        self.assertIn("Kasse", till._refusal({}, Refused("register_closed"))["text"])
