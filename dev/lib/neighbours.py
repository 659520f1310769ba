"""The addons of Odoo that change the Point of Sale, whatever this Odoo has of them."""

import re

from .odoo_source import OdooSource
from .paths import ADDON

NAME = re.compile(r"pos_\w+|l10n_\w+_pos(_\w+)?")
# Those that cannot be installed together with the others, each with the reason.
APART: dict[str, str] = {}


def neighbours(source: OdooSource) -> tuple[str, ...]:
    """Return the technical names of all of them, in the order of the alphabet."""
    manifests = [path for folder in source.addons for path in folder.glob("*pos*/__manifest__.py")]
    names = {path.parent.name for path in manifests} - {ADDON}
    return tuple(sorted(filter(NAME.fullmatch, names)))


def together(source: OdooSource) -> tuple[str, ...]:
    """Return those that one database can have all at once."""
    return tuple(name for name in neighbours(source) if name not in APART)

