from . import (
    test_configuration,
    test_ledger,
    test_money_rule,
    test_outcome,
    test_rights,
    test_start_sale,
    test_tours,
    test_webhook,
)
