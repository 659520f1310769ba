"""Viva's endpoints. All of Viva's hosts are served by one address.

Source of paths, fields and answers: viva-api reference, sections 1, 2, 5, 7 and 8.
"""

import json
import uuid
from datetime import UTC, datetime
from functools import partialmethod

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from . import currencies
from .errors import Refused
from .ledger import REFUND, SALE, UNREFERENCED_REFUND
from .outcomes import Header
from .sessions import Session
from .validation import Fields, error, json_object

PAYMENT_METHODS = (
    "CardPresent", "MOTO", "QrDefault", "AliPay", "Paypal", "Klarna", "IRIS", "BLIK",
)  # fmt: skip
# Method, path, and the name by which a method of VivaApi answers it.
_CALLS = (
    ("POST", "/connect/token", "token"),
    ("POST", "/ecr/v1/devices:search", "devices"),
    ("POST", "/ecr/v1/transactions:sale", "sale"),
    ("POST", "/ecr/v1/transactions:refund", "refund"),
    ("POST", "/ecr/v1/transactions:unreferenced-refund", "unreferenced_refund"),
    ("GET", "/ecr/v1/sessions", "sessions"),
    ("GET", "/ecr/v1/sessions/<session_id>", "session"),
    ("DELETE", "/ecr/v1/sessions/<session_id>", "abort"),
    ("GET", "/api/messages/config/token", "webhook_key"),
    ("GET", "/api/transactions", "transactions"),
    ("GET", "/api/transactions/<transaction_id>", "transaction"),
    ("DELETE", "/api/transactions/<transaction_id>", "web_refund"),
)
URLS = Map([Rule(path, methods=[method], endpoint=name) for method, path, name in _CALLS])
# By which name faults and the request log know a call, where it is another one.
OPERATIONS = {"unreferenced_refund": "refund", "transactions": "transaction"}
_BASIC = {"webhook_key", "transaction", "transactions", "web_refund"}
_DAY = 86400
_SALE_FLAGS = ("preauth", "showTransactionResult", "showReceipt", "skipSurcharge")


def json_response(body, status=200, event=None):
    """Return a response with JSON, or with no body at all when ``body`` is None.

    :param int event: value of the header X-Viva-EventId, or None
    """
    text = "" if body is None else json.dumps(body)
    response = Response(text, status=status, content_type="application/json")
    response.headers["X-Viva-CorrelationId"] = str(uuid.uuid4())
    if event is not None:
        response.headers["X-Viva-EventId"] = str(event)
    return response


class VivaApi:
    """Answers what a till's server asks Viva.

    :param Engine engine: terminals, sessions, money
    :param Tokens tokens: valid access tokens
    """

    def __init__(self, engine, tokens, clock):
        self._engine = engine
        self._tokens = tokens
        self._clock = clock

    def match(self, request):
        """Return (endpoint, path arguments) of a request, or None when Viva has no such call."""
        try:
            return URLS.bind_to_environ(request.environ).match()
        except HTTPException:
            return None

    def handle(self, endpoint, arguments, request):
        """Carry out a call.

        :param str endpoint: as ``match`` names it, or None
        :rtype: Response
        """
        if endpoint is None:
            return json_response({"detail": "Not Found"}, 404)
        try:
            with self._engine.lock:
                self._authenticate(endpoint, request)
                return getattr(self, f"_{endpoint}")(request, **arguments)
        except Refused as refusal:
            return json_response({"detail": refusal.detail}, refusal.status, refusal.event)

    # -- who is asking -------------------------------------------------------------------------

    def _authenticate(self, endpoint, request):
        if endpoint == "token":
            return
        if endpoint in _BASIC:
            settings = self._engine.settings
            expected = (settings.merchant_id, settings.api_key)
            if _basic_credentials(request) != expected:
                raise Refused(401, None, "Authorization has been denied for this request.")
        elif not self._tokens.is_valid(request.authorization):
            raise Refused(401, None, "Could not validate credentials")

    def _token(self, request):
        settings = self._engine.settings
        credentials = _basic_credentials(request) or (
            request.form.get("client_id"),
            request.form.get("client_secret"),
        )
        if credentials != (settings.client_id, settings.client_secret):
            return json_response({"error": "invalid_client"}, 400)
        if request.form.get("grant_type") != "client_credentials":
            return json_response({"error": "unsupported_grant_type"}, 400)
        body = {
            "access_token": self._tokens.issue(settings.token_seconds),
            "expires_in": settings.token_seconds,
            "token_type": "Bearer",
            "scope": "urn:viva:payments:ecr:api",
        }
        return json_response(body, 200, Header.TOKEN_RETURNED)

    # -- terminals and sessions ------------------------------------------------------------------

    def _devices(self, request):
        body = json_object(request) if request.get_data() else {}
        fields = Fields(body)
        status_id = fields.integer("statusId", required=False, default=None, at_least=0)
        source_code = fields.text("sourceCode", required=False)
        fields.done()
        devices = [
            terminal.as_device()
            for terminal in self._engine.terminals.values()
            if status_id in (None, terminal.status_id)
            and source_code in (None, "", terminal.source_code)
        ]
        return json_response(devices, 200, Header.DEVICES_RETURNED)

    def _start(self, kind, request):
        session = self._read_session(json_object(request), kind)
        self._engine.start(session)
        return json_response(None, 200, Header.SESSION_CREATED)

    _sale = partialmethod(_start, SALE)
    _refund = partialmethod(_start, REFUND)
    _unreferenced_refund = partialmethod(_start, UNREFERENCED_REFUND)

    def _read_session(self, body, kind):
        if isinstance(body.get("currencyCode"), int):
            body = {**body, "currencyCode": str(body["currencyCode"]).zfill(3)}
        fields = Fields(body)
        session = Session(
            session_id=fields.text("sessionId"),
            kind=kind,
            terminal_id=fields.text("terminalId"),
            cash_register_id=fields.text("cashRegisterId"),
            amount=fields.integer("amount", at_least=self._engine.settings.minimum_amount),
            currency_code=fields.text("currencyCode"),
            merchant_reference=fields.text("merchantReference", required=False),
            customer_trns=fields.text("customerTrns", required=False),
            created_at=self._clock.now(),
        )
        if kind == SALE:
            session.tip_amount = fields.integer("tipAmount", required=False, at_least=0)
            session.max_instalments = fields.integer("maxInstalments", required=False, at_least=0)
            fields.choice("paymentMethod", PAYMENT_METHODS)
        if kind == REFUND:
            session.parent_session_id = fields.text("parentSessionId")
        session.echo = _echo(fields, body)
        fields.done()
        self._check_known(session)
        return session

    def _check_known(self, session):
        accepted = self._engine.settings.currencies or currencies.CURRENCIES
        if not session.session_id:
            raise Refused(400, Header.INVALID, "The session id must not be empty")
        if session.terminal_id not in self._engine.terminals:
            raise Refused(400, Header.INVALID, f"Terminal {session.terminal_id} was not found")
        if session.currency_code not in accepted:
            raise Refused(400, Header.INVALID, f"Currency {session.currency_code} is not supported")

    def _session(self, _request, session_id):
        session = self._engine.sessions.get(session_id)
        if session is None:
            raise Refused(404, Header.SESSION_NOT_FOUND, "Session not found")
        if not self._is_visible(session):
            return json_response({"detail": "The session is being processed"}, 202)
        return json_response(self._engine.session_body(session), 200, Header.SESSION_RETURNED)

    def _sessions(self, request):
        start, end = self._day(request)
        bodies = [
            self._engine.session_body(session)
            for session in self._engine.sessions.values()
            if start <= session.created_at < end
            and self._is_visible(session)
            and self._is_listed(session.finished_at)
        ]
        return json_response(bodies, 200, Header.SESSIONS_RETURNED)

    def _abort(self, request, session_id):
        fields = Fields(request.args, "query")
        cash_register_id = fields.text("cashRegisterId")
        fields.done()
        self._engine.abort(session_id, cash_register_id)
        return json_response(None, 200, Header.ABORT_ACCEPTED)

    def _is_visible(self, session):
        return session.is_done and not self._engine.terminal(session.terminal_id).endless_202

    def _is_listed(self, moment):
        """Tell whether Viva's lists have had time to take up what happened at a moment."""
        return moment <= self._clock.now() - self._engine.settings.list_lag

    def _day(self, request):
        """Return the first and the next second of the UTC day asked for (default: today)."""
        text = request.args.get("date")
        if not text:
            start = self._clock.now() // _DAY * _DAY
            return start, start + _DAY
        try:
            start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise Refused(422, Header.INVALID, [
                error("date_from_datetime_parsing", ["query", "date"], "Input should be a valid date", text)
            ]) from None  # fmt: skip
        return start, start + _DAY

    # -- web API -----------------------------------------------------------------------------------

    def _webhook_key(self, _request):
        return json_response({"Key": self._engine.settings.webhook_key})

    def _transaction(self, _request, transaction_id):
        transaction = self._engine.ledger.find(transaction_id)
        if transaction is None:
            body = {"Transactions": [], "ErrorCode": 404, "ErrorText": "Transaction not found"}
            return json_response({**body, "Success": False}, 404)
        return _transactions_response([transaction])

    def _transactions(self, request):
        start, end = self._day(request)
        order_code = request.args.get("orderCode")
        return _transactions_response(
            transaction
            for transaction in self._engine.ledger.transactions
            if order_code in (None, "", transaction.order_code)
            and (order_code or start <= transaction.time < end)
            and self._is_listed(transaction.time)
        )

    def _web_refund(self, request, transaction_id):
        if not self._engine.settings.web_refunds:
            text = "API action is disabled. Tick Allow refunds in Settings > API Access."
            return json_response(_web_error(403, text), 403)
        try:
            amount = request.args.get("amount")
            transaction = self._engine.refund_by_web(
                transaction_id,
                int(amount) if amount else None,
                request.args.get("merchantTrns"),
                request.args.get("customerTrns"),
            )
        except ValueError:
            return json_response(_web_error(400, "The amount must be a whole number"), 400)
        except Refused as refusal:
            status = 404 if refusal.status == 404 else 200
            code = 403 if refusal.status == 400 else refusal.status
            return json_response(_web_error(code, refusal.detail), status)
        web = transaction.as_web()
        return json_response(
            {
                **{name: web[name] for name in ("TransactionId", "RetrievalReferenceNumber")},
                "StatusId": "F",
                "Amount": abs(web["Amount"]),
                "CurrencyCode": transaction.currency_code,
                "ReferenceNumber": transaction.reference_number,
                "ErrorCode": 0,
                "ErrorText": None,
                "EventId": 0,
                "Success": True,
                "TimeStamp": web["InsDate"],
            }
        )


def _basic_credentials(request):
    """Return user and password of a request, or None."""
    authorization = request.authorization
    if not authorization or authorization.type != "basic":
        return None
    return authorization.username, authorization.password


def _echo(fields, body):
    """Return what the session body repeats of the request."""
    echo = {name: fields.flag(name, name.startswith("show")) for name in _SALE_FLAGS}
    echo["interappCallback"] = fields.text("interappCallback", required=False)
    if "isvDetails" in body:
        echo["isvDetails"] = body["isvDetails"]
    return echo


def _web_error(code, text):
    return {
        "StatusId": "E",
        "TransactionId": None,
        "Amount": 0,
        "ErrorCode": code,
        "ErrorText": text,
        "EventId": 0,
        "Success": False,
    }


def _transactions_response(transactions):
    body = {
        "Transactions": [_web_transaction(transaction) for transaction in transactions],
        "ErrorCode": 0,
        "ErrorText": None,
        "Success": True,
    }
    return json_response(body)


def _web_transaction(transaction):
    card = transaction.card
    return {
        **transaction.as_web(),
        "CurrencyCode": transaction.currency_code,
        "MerchantTrns": transaction.merchant_reference,
        "CustomerTrns": transaction.customer_trns,
        "TerminalId": transaction.terminal_id,
        "CardNumber": card and card.masked_number,
        "CardTypeId": card.type_id if card else 0,
        "CardIssuingBank": card and card.issuing_bank,
        "CardCountryCode": card and card.country_code,
        "SourceCode": "Default",
    }
