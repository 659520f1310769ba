from . import viva_wallet_resolve
