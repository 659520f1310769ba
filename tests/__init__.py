from . import test_ledger, test_outcome, test_start_sale, test_webhook
