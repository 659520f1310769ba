"""Talk to Viva's Cloud Terminal API. Plain Python: nothing in here knows Odoo.

* :mod:`client` speaks HTTP and says what came back.
* :mod:`outcome` decides what an answer means for the money.
* :mod:`money` converts between amounts and Viva's minor units.
* :mod:`webhook` reads a notification, which is a wake-up and never evidence.
* :mod:`masking` keeps secrets and card data out of logs and stored answers.
* :mod:`const` holds the facts about Viva, each with its source.
"""

from . import client, const, masking, money, outcome, outcome_web, webhook
