from . import test_till, test_webhook
