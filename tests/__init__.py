from . import test_ledger, test_till, test_webhook
