"""The way to Viva and back.

It replaces `viva.transport.call`, the only place of the addon with HTTP. A request is on its way until a
step brings it to Viva (the simulator, in this process), and its answer until a step brings it back.
What can go wrong with it is a step of its own: see `BEFORE` and `AFTER`.
"""

import json
from functools import partial
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from werkzeug.datastructures import Authorization
from werkzeug.wrappers import Request

from .kernel import ACTOR, Option

# Of the arguments of `viva.transport.call`, those that a request is made of.
PARTS = ("params", "json", "data", "auth", "headers")
# Part of the time limit of a request after which a slow one arrives, or its answer.
SLOW = 0.9
# Before Viva has handled a request, and after that.
BEFORE = {
    "lost": "is lost on the way",
    "swallowed": "never arrives, and nobody says so",
    "slow": "arrives late",
    "too late": "arrives late, and its answer is not waited for",
    "503": "is answered with 503",
    "429": "is answered with 429",
}
AFTER = {
    "answer lost": "gets an answer that is lost",
    "answer slow": "gets a late answer",
    "answer 503": "gets its answer as 503",
}


class Message:
    """A request, and its answer."""

    def __init__(self, network, owner, label, method, url, limit, kwargs):
        self.network, self.owner, self.label, self.limit = network, owner, label, limit
        self.method, self.url, self.kwargs = method, url, kwargs
        self.sent_at = network.clock.now()
        self.session_id = _session_of(url, kwargs)
        self.is_going, self.is_coming = True, False
        self.due = None
        self.is_heard = True
        self.response = self.reply = None


class Network:
    """All that is on its way."""

    def __init__(self, server):
        """Take the place of HTTP in the addon."""
        self.server, self.kernel, self.clock = server, server.kernel, server.clock
        self.reply = server.addon.reply
        self.real_reply = server.addon.transport.read_reply
        server.addon.transport.call = self.call
        self.reset({}, (), None)

    def reset(self, simulators, faults, unusual_step) -> None:
        """Begin a schedule.

        :param dict simulators: by client id and by merchant id.
        :param faults: names of `BEFORE` and `AFTER` that can happen.
        :param unusual_step: see `World.unusual_step`.
        """
        self.simulators, self.faults = simulators, faults
        self.unusual_step = unusual_step
        self.tokens: dict = {}
        self.messages: list[Message] = []
        self.answers: list = []
        self.plans: list = []
        # Whether Viva answers 503 to everything.
        self.is_down = False
        self.on_handled = lambda _message: None

    def plan(self, fault: str, operation: str) -> None:
        """Have a fault happen to the next request of a kind.

        :param operation: part of its label.
        """
        self.plans.append((fault, operation))

    # === CALLS OF THE ADDON === #

    def call(self, _hosts, method, url, limit, *, complete_by=None, max_bytes=None, **kwargs):
        """Take the place of `viva.transport.call`."""
        if complete_by is not None:
            limit = min(limit, complete_by - self.server.addon.timing.monotonic())
        label = f"{method} {_path(url, kwargs)}"
        actor = self.kernel.current
        message = Message(self, actor, label, method, url, limit, kwargs)
        if self.kernel.is_quiet:
            self._handle(message)
            return self.real_reply(message.response, 1 << 30)
        if self.server.holds_locks():
            self.server.complaints.append(f"{label} while the transaction holds locks")
        self.messages.append(message)
        self._follow_plan(message, BEFORE)
        self.kernel.pause(lambda: message.reply is not None, message.sent_at + limit)
        if message.reply is None:
            message.reply = self.reply.Reply(sent=True, problem=self.reply.TIMEOUT)
        self._write_down(message)
        return message.reply

    def _follow_plan(self, message, kinds):
        for plan in self.plans:
            fault, operation = plan
            if operation in message.label and fault in kinds:
                self.plans.remove(plan)
                self._apply_fault(message, fault)
                return

    # === STEPS === #

    def options(self):
        """Return what can happen to what is under way."""
        options = []
        for message in self.messages:
            if message.is_going:
                options += self._before(message)
            elif message.is_coming:
                options += self._after(message)
        return options

    def _before(self, message):
        return self._go_on(message, "arrives", self._arrive, BEFORE)

    def _after(self, message):
        if message.reply is not None or self.kernel.is_settled(message.owner):
            message.is_coming = False
            return []
        return self._go_on(message, "is answered", self._come, AFTER)

    def _go_on(self, message, what, work, faults):
        """Return that a message goes on, once it is due, and the faults of one that is in time."""
        if message.due is not None and self.clock.now() < message.due:
            return []
        label, run = f"{message.label} {what}", partial(work, message)
        options = [Option(label, run, ACTOR, message.owner.recency)]
        for fault in self.faults:
            if fault in faults and message.due is None:
                label = f"{message.label} {faults[fault]}"
                options += self.unusual_step(
                    "faults", label, partial(self._apply_fault, message, fault)
                )
        return options

    def _apply_fault(self, message, fault):
        reply = self.reply
        answers = {
            "lost": {"problem": reply.LOST},
            "answer lost": {"problem": reply.LOST},
            "503": {"status": 503},
            "answer 503": {"status": 503},
            "429": {"status": 429, "problem": reply.THROTTLED},
        }
        if fault in ("slow", "too late", "answer slow"):
            message.due = message.sent_at + SLOW * message.limit
            message.is_heard = fault != "too late"
        else:
            message.is_going = message.is_coming = False
        if fault in answers:
            message.reply = reply.Reply(sent=True, **answers[fault])

    def _arrive(self, message):
        message.is_going, message.due = False, None
        if self.is_down:
            message.reply = self.reply.Reply(sent=True, status=503)
            return
        self._handle(message)
        self.kernel.note(f"{message.label} arrives: {message.response.status_code}")
        message.is_coming = message.is_heard
        self.on_handled(message)
        self._follow_plan(message, AFTER)

    def _come(self, message):
        message.is_coming = False
        message.reply = self.real_reply(message.response, 1 << 30)

    def _write_down(self, message):
        """Remember what Viva has told the server, for the judge."""
        reply = message.reply
        self.answers.append((self.kernel.steps, message, reply))
        self.kernel.note(f"{message.label} -> {reply.status or reply.problem}{_said(reply.body)}")

    def next_due(self):
        """Return the next moment at which something late arrives."""
        moments = [
            m.due
            for m in self.messages
            if m.due is not None and (m.is_going or m.is_coming) and m.due > self.clock.now()
        ]
        return min(moments, default=None)

    def is_on_its_way(self, session_id):
        """Tell whether a request that moves money may still reach Viva."""
        return any(
            m.is_going and m.session_id == session_id and "sessions" not in m.url
            for m in self.messages
        )

    # === VIVA === #

    def _handle(self, message):
        given = message.kwargs
        sent = requests.Request(
            message.method, message.url, **{name: given[name] for name in PARTS if name in given}
        ).prepare()
        simulator = self._simulator_of(sent.headers.get("Authorization", ""))
        headers, body = dict(sent.headers), sent.body
        response = simulator.handle(
            Request.from_values(sent.path_url, method=sent.method, headers=headers, data=body)
        )
        message.response = _as_requests(response)
        if "connect/token" in message.url and response.status_code == 200:
            self.tokens[json.loads(response.get_data())["access_token"]] = simulator

    def _simulator_of(self, authorization):
        """Return the account that a request belongs to, the first one if it does not say."""
        sent, first = Authorization.from_header(authorization), next(iter(self.simulators.values()))
        by_user = self.simulators.get(sent.username) if sent else None
        return by_user or self.tokens.get(sent and sent.token, first)


def _as_requests(response):
    answer = requests.Response()
    answer.status_code = response.status_code
    answer._content = response.get_data()
    answer._content_consumed = True
    answer.headers = CaseInsensitiveDict(response.headers)
    return answer


def _session_of(url, kwargs):
    body = kwargs.get("json") or {}
    params = kwargs.get("params") or {}
    return body.get("sessionId") or params.get("merchantTrns") or url.rpartition("/")[2]


def _path(url, kwargs):
    parts = [urlsplit(url).path.removeprefix("/ecr/v1/").removeprefix("/api/")]
    params = kwargs.get("params") or {}
    parts += [f"{name}={params[name]}" for name in ("date", "amount") if name in params]
    body = kwargs.get("json") or {}
    parts += [str(body[name]) for name in ("amount", "sessionId") if name in body]
    return " ".join(_short(part) for part in parts)


def _short(text):
    return "/".join(part[:8] if len(part) == 36 else part for part in text.split("/"))


def _said(body):
    if not isinstance(body, dict):
        return ""
    said = {
        name: body[name] for name in ("success", "eventId", "Success", "ErrorCode") if name in body
    }
    return f" {said}" if said else ""
