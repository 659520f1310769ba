"""Delivery of webhooks, from threads of their own, so that no receiver holds up a till."""

import collections
import dataclasses
import threading
import time

import requests
from urllib3.util import SKIP_HEADER

from .errors import SimulatorError
from .webhooks import Event


@dataclasses.dataclass
class Delivery:
    """One attempt to deliver one webhook to one address.

    :ivar status: HTTP status of the receiver; None while under way, or when it failed
    :ivar seconds: how long the receiver took; None while under way
    """

    id: int
    url: str
    event: Event
    message: dict
    time: float
    status: int | None = None
    error: str | None = None
    seconds: float | None = None

    @property
    def has_failed(self):
        """Whether the attempt is over without success."""
        return self.seconds is not None and not (self.status and 200 <= self.status < 300)

    def as_dict(self):
        """Return the attempt, for the control API."""
        return {
            "id": self.id,
            "url": self.url,
            "event_type": self.event.event_type,
            "session_id": self.event.session_id,
            "message_id": self.message["MessageId"],
            "retry_count": self.message["RetryCount"],
            "time": self.time,
            "status": self.status,
            "error": self.error,
            "seconds": self.seconds,
            "body": self.message,
        }


class Outbox:
    """Sends webhooks and remembers every attempt. All methods need the engine's lock.

    :param faults: rules for the operation "webhook"
    :param on_webhook: gets the terminal's id and each message in place of sending it, as often as
        it would be sent; without addresses, too
    """

    def __init__(self, clock, faults, on_webhook=None):
        self._clock = clock
        self._faults = faults
        self._on_webhook = on_webhook
        self.engine = None
        self.reset()

    def reset(self):
        """Forget all attempts; those under way go on unrecorded."""
        self.deliveries = []
        self._pending = collections.Counter()

    def send(self, events):
        """Send the webhooks of one result, in order.

        :param list events: of webhooks.Event
        """
        settings, now = self.engine.settings, self._clock.now()
        events = [event for event in events if event.event_type in settings.events]
        if settings.webhook_order == "reversed":
            events.reverse()
        urls = [None] if self._on_webhook else settings.webhook_urls
        messages = [
            (url, event, message)
            for event in events
            for url in urls
            for message in [event.message(settings, url, now)] * settings.webhook_copies
        ]
        if self._on_webhook:
            for _url, event, message in messages:
                self._on_webhook(event.terminal_id, message)
        elif messages:
            self._dispatch(messages, settings.webhook_delay)

    def redeliver(self, delivery_id=None):
        """Repeat an attempt with the same message id, as Viva does an hour later.

        :param int delivery_id: None repeats all that failed and were not repeated since
        :return: number of messages sent again
        :raises SimulatorError: when there is no such delivery
        """
        if delivery_id is None:
            last = {(d.url, d.message["MessageId"]): d for d in self.deliveries}
            again = [delivery for delivery in last.values() if delivery.has_failed]
        else:
            again = [delivery for delivery in self.deliveries if delivery.id == delivery_id]
            if not again:
                raise SimulatorError(f"There is no delivery {delivery_id!r}. See GET deliveries.")
        messages = [
            (d.url, d.event, {**d.message, "RetryCount": d.message["RetryCount"] + 1})
            for d in again
        ]
        if messages:
            self._dispatch(messages, 0)
        return len(messages)

    def is_busy(self, session_id):
        """Tell whether a webhook of this session is still to be delivered."""
        return self._pending[session_id] > 0

    def _dispatch(self, messages, delay):
        pending = self._pending
        pending.update(event.session_id for _url, event, _message in messages)
        thread = threading.Thread(
            target=self._deliver_all,
            args=(messages, pending, self.deliveries),
            name="simulator-webhooks",
            daemon=True,
        )
        if delay:
            self._clock.call_later(delay, thread.start)
        else:
            thread.start()

    def _deliver_all(self, messages, pending, deliveries):
        """Deliver in turn, in a thread of its own.

        :param dict pending, list deliveries: the records at the start, which a reset replaces
        """
        for url, event, message in messages:
            with self.engine.lock:
                if pending is not self._pending:
                    return
                rule = self._faults.match(
                    "webhook", event.terminal_id, event.session_id, event.event_type
                )
            if rule and rule.action in ("delay", "hang"):
                self._clock.wait(rule.seconds)
            if rule is None or rule.action == "delay":
                self._deliver(url, event, message, deliveries)
            with self.engine.lock:
                pending[event.session_id] -= 1
                self.engine.changed.notify_all()

    def _deliver(self, url, event, message, deliveries):
        with self.engine.lock:
            delivery = Delivery(len(deliveries) + 1, url, event, message, self._clock.now())
            deliveries.append(delivery)
            timeout = self.engine.settings.webhook_timeout
        started = time.monotonic()
        try:
            # As Viva does: no User-Agent, redirects not followed.
            reply = requests.post(
                url,
                json=message,
                headers={"User-Agent": SKIP_HEADER},
                timeout=timeout,
                allow_redirects=False,
            )
            status, error = reply.status_code, None
        except (OSError, ValueError) as failure:
            status, error = None, f"{type(failure).__name__}: {failure}"
        with self.engine.lock:
            delivery.status, delivery.error = status, error
            delivery.seconds = time.monotonic() - started
            self.engine.changed.notify_all()
