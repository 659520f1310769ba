from . import (
    pos_order,
    pos_payment,
    pos_payment_method,
    pos_session,
    viva_wallet_till,
    viva_wallet_transaction,
)
