"""The key with which a merchant proves to Viva that a webhook address is his own.

It is fetched when a payment method is saved, so that Viva's *Verify* is answered at once, whatever
state Viva is in at that moment.
"""

from functools import partial

from ..viva import provider_call, webhook
from .record_call import RecordCall

# What decides about the key.
FIELDS = {
    "use_payment_terminal",
    "viva_wallet_merchant_id",
    "viva_wallet_api_key",
    "viva_wallet_test_mode",
}


def fetch_later(methods):
    """Fetch the keys that are missing, once the present transaction is committed.

    :param methods: `pos.payment.method`
    """
    for method in methods.sudo():
        is_ours = method.use_payment_terminal == "viva_wallet" and method.viva_wallet_api_key
        if is_ours and not method.viva_wallet_webhook_verification_key:
            call = _call(method)
            method.env.cr.postcommit.add(partial(_fetch_in_background, call))


def fetch(method):
    """Fetch the key of a payment method, and keep it.

    :param method: `pos.payment.method`, as superuser
    :return: the key, None when Viva gave none, or has not answered yet
    :rtype: str | None
    """
    call = _call(method)
    call.start()
    _is_here, key = call.finish()
    return key


def _fetch_in_background(call):
    call.start_in_background()


def _call(method):
    client = method._viva_wallet_client()
    return RecordCall(
        method, provider_call.KEY, lambda: webhook.key_from_reply(client.webhook_key()), _keep
    )


def _keep(method, key):
    if key:
        method.viva_wallet_webhook_verification_key = key
    return key
