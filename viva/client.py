"""The calls of Viva's Cloud Terminal API that this addon makes.

Nothing that Viva or the network does raises an exception here: every call returns a
:class:`viva.reply.Reply`. A request that starts a payment is sent once; only a refusal of its
token, which means that Viva did not handle it, lets it go out again with a fresh one and the same
session id.
"""

from urllib.parse import quote

from . import const, timing, tokens, transport
from .account import LIVE
from .payment_request import checked_minor
from .reply import CREDENTIALS, Reply


class VivaClient:
    """Viva's Cloud Terminal API for one merchant. Cheap to create, safe to share between threads.

    :param viva.account.Credentials credentials: of the merchant
    :param viva.account.Hosts hosts: :data:`viva.account.DEMO`, :data:`viva.account.LIVE` or
        ``Hosts.simulator(url)``
    """

    def __init__(self, credentials, hosts):
        self._credentials = credentials
        self._hosts = hosts

    def start_sale(self, request, *, tip_amount=0):
        """Ask a terminal for a payment; :func:`viva.outcome.from_request` reads the answer.

        Sent once, and once more only when its token is refused (viva-api 2.3).

        :param viva.payment_request.PaymentRequest request: of which the amount is without the tip
        :param int tip_amount: minor units
        :rtype: viva.reply.Reply
        :raises ValueError: when the tip is not an int (a mistake of the caller)
        """
        body = {**request.body(), "tipAmount": checked_minor(tip_amount)}
        return self._ecr("POST", const.PATH_SALE, timing.REQUEST_SECONDS, json=body)

    def start_refund(self, request, *, parent_session_id):
        """Ask a terminal to refund a sale; :func:`viva.outcome.from_request` reads the answer.

        Sent once, and once more only when its token is refused (viva-api 2.4).

        :param viva.payment_request.PaymentRequest request: with a session id of its own
        :param str parent_session_id: session id of the *sale* (not its transaction id)
        :rtype: viva.reply.Reply
        """
        body = {**request.body(), "parentSessionId": parent_session_id}
        return self._ecr("POST", const.PATH_REFUND, timing.REQUEST_SECONDS, json=body)

    def start_unreferenced_refund(self, request):
        """Ask a terminal to pay money to whatever card is presented, without naming a sale.

        :func:`viva.outcome.from_request` reads the answer. Off at Viva until its support enables
        it (viva-api 5.1). Sent once, and once more only when its token is refused.

        :param viva.payment_request.PaymentRequest request: with a session id of its own
        :rtype: viva.reply.Reply
        """
        path = const.PATH_UNREFERENCED_REFUND
        return self._ecr("POST", path, timing.REQUEST_SECONDS, json=request.body())

    def refund_transaction(
        self, *, transaction_id, amount, currency_code, merchant_reference, customer_trns=""
    ):
        """Give money back through the account, without a terminal and without the card.

        :func:`viva.account_refund.from_refund` reads the answer. There is no key against doubles
        (viva-api 5.1): this is sent once, and after a lost answer Viva's transactions must be read
        before anything is repeated.

        :param str transaction_id: of the sale
        :param int amount: minor units, more than 0
        :param str currency_code: ISO 4217 numeric
        :param str merchant_reference: by which the refund is found again
        :param str customer_trns: text for the customer
        :rtype: viva.reply.Reply
        :raises ValueError: when the amount is not an int (a mistake of the caller)
        """
        params = {
            "amount": checked_minor(amount),
            "currencyCode": currency_code,
            "merchantTrns": merchant_reference,
        }
        if customer_trns:
            params["customerTrns"] = customer_trns
        path = _transaction_path(transaction_id)
        return self._web("DELETE", path, timing.REQUEST_SECONDS, params=params)

    def read_session(self, session_id, *, quick=False):
        """Ask how a session stands; :func:`viva.outcome.from_session` reads the answer.

        :param str session_id: of ours
        :param bool quick: give up after ``timing.QUICK_SECONDS``, for a caller who will ask again
        :rtype: viva.reply.Reply
        """
        limit = timing.QUICK_SECONDS if quick else timing.SESSION_SECONDS
        return self._ecr("GET", _session_path(session_id), limit)

    def abort_session(self, session_id, cash_register_id):
        """Ask the terminal to stop; :func:`viva.outcome.from_abort` reads the answer.

        :param str session_id: of ours
        :param str cash_register_id: exactly that of the request, else 403 (viva-api 2.5)
        :rtype: viva.reply.Reply
        """
        params = {"cashRegisterId": cash_register_id}
        return self._ecr("DELETE", _session_path(session_id), timing.ABORT_SECONDS, params=params)

    def list_sessions(self, date):
        """List all sessions of a UTC day.

        The body is a list of sessions; one client also saw a single object (viva-api 2.1).

        :param datetime.date date: in UTC
        :rtype: viva.reply.Reply
        """
        return self._ecr(
            "GET",
            const.PATH_SESSIONS,
            timing.LIST_SECONDS,
            params={"date": date.isoformat()},
            max_bytes=const.LIST_BYTES,
        )

    def search_devices(self):
        """List the merchant's terminals.

        The body is a list of ``{terminalId, statusId, ...}``; it says nothing about whether a
        terminal is switched on (viva-api 2.2). Whether Viva takes a question without any condition
        was never seen, one for the activated terminals was (viva-first-contact 1).

        :rtype: viva.reply.Reply
        """
        reply = self._devices({})
        return self._devices({"statusId": const.STATUS_LIVE}) if reply.status == 422 else reply

    def _devices(self, conditions):
        return self._ecr("POST", const.PATH_DEVICES, timing.DEVICES_SECONDS, json=conditions)

    def authenticate(self):
        """Have Viva judge Client ID and Client secret now, whatever token is still good.

        :return: no problem when Viva gave a token; the token itself is not in it
        :rtype: viva.reply.Reply
        """
        return tokens.judge(self._hosts, self._credentials)

    def webhook_key(self):
        """Fetch the key that proves a webhook URL to be ours.

        :func:`viva.webhook.key_from_reply` reads the answer.

        :rtype: viva.reply.Reply
        """
        return self._web("GET", const.PATH_WEBHOOK_KEY, timing.WEBHOOK_KEY_SECONDS)

    def read_transaction(self, transaction_id):
        """Read Viva's record of a charge (viva-api 8.3).

        :func:`viva.transaction_record.from_reply` reads the answer.

        :param str transaction_id: of Viva
        :rtype: viva.reply.Reply
        """
        return self._web("GET", _transaction_path(transaction_id), timing.SESSION_SECONDS)

    def list_transactions(self, date):
        """List the transactions of a day, also those of a web shop (viva-api 8.1).

        :param datetime.date date: Viva does not say in which time zone
        :rtype: viva.reply.Reply
        """
        return self._web(
            "GET",
            const.PATH_TRANSACTIONS,
            timing.LIST_SECONDS,
            params={"date": date.isoformat()},
            max_bytes=const.LIST_BYTES,
        )

    @property
    def identity(self):
        """What tells one merchant account from another, for comparison.

        :return: hosts and credentials
        :rtype: tuple
        """
        return self._hosts, self._credentials

    def _web(self, method, path, limit, **kwargs):
        """Call the web API with merchant id and API key."""
        user, password = self._credentials.merchant_id, self._credentials.api_key
        if not user or not password:
            return Reply(sent=False, problem=CREDENTIALS)
        url = self._hosts.web + path
        reply = transport.call(
            self._hosts, method, url, limit, auth=transport.basic_auth(user, password), **kwargs
        )
        return _refused(reply) if _are_credentials_refused(reply) else reply

    def _ecr(self, method, path, limit, **kwargs):
        """Call the ECR API with an access token; when it is refused, once more with a fresh one."""
        # Later than that nothing is begun, however late the token is: whoever asked may rely on it
        # that the call is not on its way any more.
        begin_by = timing.monotonic() + min(limit, timing.REQUEST_STARTS_WITHIN)
        token, failure = self._token(begin_by)
        if failure:
            return failure
        first = self._ecr_once(method, path, limit, token, kwargs)
        if not _are_credentials_refused(first):
            return first
        token, failure = self._token(begin_by, refused=token)
        second = failure or self._ecr_once(method, path, limit, token, kwargs)
        if second.sent:
            return _refused(second) if _are_credentials_refused(second) else second
        # With another status the first one may have been handled, whatever the text says.
        return second if first.status in (401, 403) else _refused(first)

    def _ecr_once(self, method, path, limit, token, kwargs):
        auth = transport.BearerAuth(token)
        return transport.call(
            self._hosts, method, self._hosts.api + path, limit, auth=auth, **kwargs
        )

    def _token(self, have_by, refused=None):
        return tokens.access_token(self._hosts, self._credentials, have_by, refused)


def read_own_address(url):
    """Fetch an address of ours the way that Viva does: certificate checked, no redirect followed.

    :param str url: public and https, see :func:`viva.address.judge`
    :rtype: viva.reply.Reply
    """
    return transport.call(LIVE, "GET", url, timing.OWN_ADDRESS_SECONDS)


def _session_path(session_id):
    return f"{const.PATH_SESSIONS}/{quote(session_id, safe='')}"


def _transaction_path(transaction_id):
    return f"{const.PATH_TRANSACTIONS}/{quote(transaction_id, safe='')}"


def _are_credentials_refused(reply):
    """Tell whether the token, or the API key, was refused: 401, or any status with Viva's text.

    Frameworks of this kind also use 403, and Odoo's own module goes by the text whatever the
    status is (viva-api 1.4).
    """
    return reply.status == 401 or (
        isinstance(reply.body, dict) and any(map(_has_refusal, _texts(reply.body.get("detail"))))
    )


def _has_refusal(text):
    return const.CREDENTIALS_REFUSED in text.lower()


def _texts(detail):
    """Return the texts of an error's `detail`, which is a string or a list of complaints."""
    found = []
    for entry in detail if isinstance(detail, list) else [detail]:
        values = entry.values() if isinstance(entry, dict) else [entry]
        found += [value for value in values if isinstance(value, str)]
    return found


def _refused(reply):
    return Reply(
        sent=reply.sent,
        status=reply.status,
        body=reply.body,
        problem=CREDENTIALS,
        event_id=reply.event_id,
        correlation_id=reply.correlation_id,
    )
