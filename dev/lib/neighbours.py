"""The addons of Odoo that change the Point of Sale, whatever this Odoo has of them.

All of Odoo 19's can be installed together: what belongs to a country acts in its companies only.
"""

import re

from .odoo_source import OdooSource
from .paths import ADDON

NAME = re.compile(r"pos_\w+|l10n_\w+_pos(_\w+)?")


def neighbours(source: OdooSource) -> tuple[str, ...]:
    """Return the technical names of all of them, in the order of the alphabet."""
    manifests = [path for folder in source.addons for path in folder.glob("*pos*/__manifest__.py")]
    names = {path.parent.name for path in manifests} - {ADDON}
    return tuple(sorted(filter(NAME.fullmatch, names)))
