from . import pos_order, viva_wallet_till, viva_wallet_transaction
