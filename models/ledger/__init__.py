"""The ledger, `viva.wallet.transaction`: one model, in the order of a row's life.

| File                | What it has                                                                |
|---------------------|----------------------------------------------------------------------------|
| `transaction.py`    | fields, states and the only place that changes one, locks                  |
| `admission.py`      | whether a new request may be sent, and its row                             |
| `request.py`        | the request to Viva: sent, sent again, sent later under a limit, stopped   |
| `question.py`       | asking Viva: for a till, after a notification, by a timer                  |
| `applying.py`       | what an outcome does to a row                                              |
| `certainty.py`      | whether what Viva said last can be relied on                               |
| `booking.py`        | the charge on its order and payment in Odoo                                |
| `unasked.py`        | payments on a terminal's method for which no terminal was asked            |
| `order_guard.py`    | what must not happen to an order or a register meanwhile                   |
| `snapshot.py`       | what a till gets to see, and how it hears of news                          |
| `refund.py`         | paying back                                                                |
| `review.py`         | what a person must look at                                                 |
| `attaching.py`      | giving a charge to the order that the customer paid for                    |
| `finishing.py`      | an order that no till finishes                                             |
| `reversal.py`       | charges and refunds that Viva has undone                                   |
| `reconciliation.py` | the scheduled actions: what is not finished, Viva's own lists              |
| `timeline.py`       | what happened to a row, step by step                                       |
| `card_slip.py`      | the card slip that the back office prints                                  |

What is not certain has these words, in the code and for people:

* state `unknown`: Viva cannot say what became of the request, after a while;
* field `money_uncertain`: Viva said "failed" for a reason after which money was seen to have moved;
* `_is_uncertain`: a failed row of which that, or something newer, must still be settled;
* refusal `unsettled`: nothing is sent, because an earlier row is uncertain;
* silent: Viva has not answered any question about the row for a while;
* unaskable: the payment method speaks for another account by now.
"""

from . import transaction  # the model itself, before what extends it

# isort: split
from . import (
    admission,
    applying,
    attaching,
    booking,
    card_slip,
    certainty,
    finishing,
    order_guard,
    question,
    reconciliation,
    refund,
    request,
    reversal,
    review,
    snapshot,
    timeline,
    unasked,
)
