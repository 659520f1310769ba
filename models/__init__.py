from . import pos_order
from . import pos_payment
from . import pos_payment_method
from . import pos_session
from . import viva_wallet_transaction
from . import viva_wallet_till
