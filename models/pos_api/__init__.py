"""What a till may call: one model, a file for each kind of call."""

from . import payments  # the model itself, before what extends it

# isort: split
from . import cashier, order_checks, refunds, reviews, validation
