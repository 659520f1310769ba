"""What came back from Viva, typed, before anybody judges what it means for the money."""

from dataclasses import dataclass, field

from . import const

# Nothing reached Viva: connection refused, no such host, TLS failure, no connection in time.
UNREACHABLE = "unreachable"
# No answer within the time limit; Viva may have handled the request.
TIMEOUT = "timeout"
# The connection broke before the whole answer was here; Viva may have handled the request.
LOST = "lost"
# Client id and secret, or merchant id and API key, are missing or refused.
CREDENTIALS = "credentials"
# No access token for another reason than refused credentials; nothing was sent.
NO_TOKEN = "no_token"
# HTTP 429.
THROTTLED = "throttled"
# There is a body and it is not JSON (a gateway's HTML page, for instance).
NOT_JSON = "not_json"
# The body was larger than any honest answer.
TOO_LARGE = "too_large"

PROBLEMS = frozenset(
    {UNREACHABLE, TIMEOUT, LOST, CREDENTIALS, NO_TOKEN, THROTTLED, NOT_JSON, TOO_LARGE}
)


@dataclass(frozen=True)
class Reply:
    """What came back.

    :param sent: False when surely nothing reached Viva (no token, connection refused, unknown host,
        TLS failure, no connection in time); True when it did or may have
    :param status: HTTP status, None when there was no answer
    :param body: parsed JSON; None when empty or not JSON (NaN and infinities inside become None)
    :param problem: None or one of :data:`PROBLEMS`
    :param event_id: header ``X-Viva-EventId``: what the *call* did, another numbering than a
        session's event id
    :param correlation_id: header ``X-Viva-CorrelationId``, which Viva's support asks for
    :param retry_after: seconds that Viva asks to wait, at most an hour
    """

    sent: bool
    status: int | None = None
    body: object | None = field(default=None, repr=False)
    problem: str | None = None
    event_id: int | None = None
    correlation_id: str | None = None
    retry_after: float | None = None

    @property
    def is_throttled(self):
        """Whether Viva refused the call, or the token for it, because there are too many.

        It says that with 429, and with 503 where it also says when to come back, or that it is
        busy (viva-api 1.5).

        :rtype: bool
        """
        is_busy = self.retry_after is not None or self.event_id == const.HEADER_BUSY
        if self.status is None:
            return not self.sent and (self.problem == THROTTLED or is_busy)
        return self.status == 429 or (self.status == 503 and is_busy)
