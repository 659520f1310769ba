"""What `dev/translations` does in `odoo shell`, which defines `env`."""

import io
import os
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

MODULE = "pos_viva_wallet"
# They differ from day to day, which would make every run a change.
DATES = ("POT-Creation-Date", "PO-Revision-Date")

folder = Path(os.environ["TRANSLATIONS"])
exported = io.BytesIO()
trans_export(None, [MODULE], exported, "po", env)  # noqa: F821
template = polib.pofile(exported.getvalue().decode())
for name in DATES:
    template.metadata.pop(name, None)
template.save(str(folder / f"{MODULE}.pot"))

for path in sorted(folder.glob("*.po")):
    old = polib.pofile(str(path))
    known = {entry.msgid: entry.msgstr for entry in old}
    language = polib.pofile(exported.getvalue().decode())
    language.metadata, language.header = old.metadata, old.header
    for entry in language:
        entry.msgstr = known.get(entry.msgid, "")
    language.save(str(path))
    empty = [entry.msgid for entry in language if not entry.msgstr]
    print(f"{path.name}: {len(empty)} texts without a translation")
