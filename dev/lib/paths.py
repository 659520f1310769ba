"""Where things lie: the checkout, and the cache folder that holds everything fetched or made."""

import hashlib
import os
from pathlib import Path

ADDON = "pos_viva_wallet"
CHECKOUT = Path(__file__).resolve().parents[2]
DEV = CHECKOUT / "dev"
TOOLS = DEV / "tools"
CACHE = (
    Path(
        os.environ.get("POS_VIVA_WALLET_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / ADDON
    )
    .expanduser()
    .absolute()
)


def short_hash(text: str) -> str:
    """Return ten characters that stand for `text` in a file name."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


# Two checkouts share what was fetched, but never a database or a process.
CHECKOUT_CACHE = CACHE / "checkouts" / short_hash(str(CHECKOUT))


def instance_folder(name: str) -> Path:
    """Return the folder of one named Odoo instance (database, files, logs) of this checkout."""
    return CHECKOUT_CACHE / name


def addons_folder() -> Path:
    """Return a folder in which this checkout is seen as `pos_viva_wallet`, whatever it is called."""
    folder = CHECKOUT_CACHE / "addons"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / ADDON
    if not link.is_symlink() or link.resolve() != CHECKOUT:
        link.unlink(missing_ok=True)
        link.symlink_to(CHECKOUT, target_is_directory=True)
    return folder
