"""Server, Viva, tills and time together, for one schedule of a scene."""

import json
from collections import deque
from dataclasses import dataclass
from datetime import UTC
from functools import partial

from ..shop import CREDENTIALS
from ..till import Line
from .kernel import DELIVERY, TIME, UNUSUAL, Option
from .shop import OTHER_ACCOUNT, TERMINALS
from .till import ScheduledTill

# Viva's lists are compared so often, in seconds.
COMPARE = 3600.0
# From the end of a day's work to what happens later: no list of yesterday knows of the sale.
DAYS = 3 * 86400.0
# Pauses between the scheduled actions at the end: as seldom as finds everything, for speed.
CRON_PAUSES = (130.0, 200.0, 300.0, 900.0, 3600.0, 86400.0)
# So that every earlier day is looked at once.
HOURS = (3600.0,) * 6
# Unusual steps after which news may come late.
DISTURBING = ("faults", "kills", "drops", "lost_answers")
# So soon after a notification tills must know what Viva said of it.
PROMPT = 10.0


@dataclass
class MoneyRequest:
    """That a till wanted to move money: the moment of it, and what stood then."""

    step: int
    order: str
    cost: float
    session: str
    amount: float
    # Sessions of the same order that could still move money at that moment.
    open: tuple


@dataclass
class Claim:
    """What a till was told about a payment."""

    step: int
    session: str
    text: str
    # Whether the till has concluded it from an error.
    is_guess: bool


class World:
    """One schedule: it is set up, its scripts run, everything comes to rest."""

    def __init__(self, server, network, shop, simulator_class, clock_class):
        """Join the parts; `begin` starts a schedule."""
        self.server, self.network, self.shop = server, network, shop
        self.kernel, self.clock = server.kernel, server.clock
        self._simulator_class, self._clock_class = simulator_class, clock_class
        server.on_bus, server.on_trigger = self._hear, self._trigger
        self._break_what_scenes_break()

    def begin(self, scene, deviations) -> None:
        """Set up a schedule."""
        self.scene = scene
        self.clock.reset()
        self.kernel.reset(deviations)
        self.server.reset(scene.points, scene.workers)
        manual = self._clock_class(self.clock.now())
        self.clock.add_follower(manual)
        self.viva, other = (
            self._simulator(manual, {**CREDENTIALS, **more}) for more in ({}, OTHER_ACCOUNT)
        )
        names = ("viva_wallet_client_id", "viva_wallet_merchant_id")
        simulators = {CREDENTIALS[name]: self.viva for name in names}
        simulators |= {OTHER_ACCOUNT[name]: other for name in names}
        self.network.reset(simulators, scene.faults, self.unusual_step)
        self.network.on_handled = self._note_request
        self.tills: list[ScheduledTill] = []
        self.rpcs: list = []
        self.scripts: list = []
        self.money_requests: list[MoneyRequest] = []
        self.claims: list[Claim] = []
        # Sessions of which a person has said what became of them.
        self.stated: set[str] = set()
        self.webhooks: deque = deque()
        # Sessions of which notifications were taken, and of which tills were told.
        self.delivered: set[str] = set()
        self.told: list[tuple[int, str]] = []
        # When money moved, by transaction.
        self.movements: dict[str, int] = {}
        # How much of what is unusual may still happen.
        self.left = dict(scene.unusual)
        self.triggers: list[float] = []
        self.has_changed_settings = False
        self.later: list = []
        # Payment methods for which something has been asked of Viva.
        self.asked: set[int] = set()
        self.broken: set[str] = set()
        self.kernel.sources += [self.network.options, self._deliveries, self._time, self._unusual]
        self.kernel.after_step.append(self._note_movements)

    def _simulator(self, manual, credentials):
        names = {name.removeprefix("viva_wallet_"): v for name, v in credentials.items()}
        del names["test_mode"]
        return self._simulator_class(
            clock=manual, on_webhook=self._receive, demo_declines=False, **names, **self.scene.viva
        )

    # === FOR SCENES === #

    def till(self, number: int = 0) -> ScheduledTill:
        """Switch on a till."""
        till = ScheduledTill(self, self.shop.places[number], number)
        self.tills.append(till)
        return till

    def script(self, work):
        """Let somebody act: a cashier, a customer, Viva. Decorates what is done."""
        self.scripts.append(self.kernel.spawn(work.__name__, work))
        return work

    def until(self, condition, seconds: float = 200.0) -> bool:
        """Wait in a script until something holds; give up after a while."""
        return self.kernel.pause(condition, self.clock.now() + seconds)

    def terminal(self, number: int = 0) -> str:
        """Return the id of a terminal."""
        return TERMINALS[number]

    def shows(self, number: int = 0) -> bool:
        """Tell whether a terminal shows a request."""
        return self.viva._engine.terminal(TERMINALS[number]).active is not None

    def act(self, action: str, number: int = 0, **options) -> str | None:
        """Let a customer do something at a terminal, if it shows a request."""
        if not self.shows(number):
            return None
        session = self.viva.act(TERMINALS[number], action, **options)
        self.kernel.note(f"the customer: {action} {options or ''}")
        return session["session_id"]

    def customer(self, *acts, number: int = 0) -> None:
        """Have a customer wait for requests on a terminal, in a script of its own.

        :param acts: what to do at each: pairs of action and options.
        """

        @self.script
        def customer():
            for action, options in acts:
                if not self.until(lambda: self.shows(number)):
                    return
                self.act(action, number, **options)

    def days_later(self, work) -> None:
        """Do something days after the last script."""
        self.later.append(work)

    def replace_credentials(self) -> None:
        """Give the payment methods the credentials of another account, the register closed."""
        self.kernel.note("the credentials are replaced")
        self.has_changed_settings = True
        with self.server.admin() as env:
            env.cr.execute("UPDATE pos_session SET state = 'closed'")
            env.invalidate_all()
            env["pos.payment.method"].browse([place.method for place in self.shop.places]).write(
                OTHER_ACCOUNT
            )
            env.flush_all()
            env.cr.execute("UPDATE pos_session SET state = 'opened'")

    def change_rights(self, till, is_cashier: bool) -> None:
        """Take the rights of a cashier away, or give them back."""
        self.kernel.note(f"{till.name} {'has' if is_cashier else 'loses'} the rights of a cashier")
        self.has_changed_settings = True
        with self.server.admin() as env:
            group = env.ref("point_of_sale.group_pos_user").id
            env["res.users"].browse(till.place.user).write(
                {"group_ids": [(4 if is_cashier else 3, group)]}
            )

    def approve_late(self, session_id: str) -> None:
        """Let Viva turn a session into a success, if it knows it and it has failed."""
        session = self.viva._engine.sessions.get(session_id)
        if session and session.is_done and not session.success:
            self.kernel.note(f"Viva turns {session_id[:8]} into a success")
            self.viva.approve_late(session_id)

    def request(self, line: Line) -> None:
        """Write down that a till is about to ask for money."""
        order = line.order
        earlier = {w.session for w in self.money_requests if w.order == order.uuid} - {line.session}
        still_open = tuple(s for s in sorted(earlier) if self._may_still_move(s))
        step = self.kernel.steps
        self.money_requests.append(
            MoneyRequest(step, order.uuid, order.total, line.session, line.amount, still_open)
        )

    def claim(self, snapshot) -> None:
        """Write down what a till was told."""
        text, is_guess = snapshot.get("text") or "", snapshot.get("is_guess", False)
        self.claims.append(Claim(self.kernel.steps, snapshot["session_id"], text, is_guess))
        self.kernel.note(f"the till reads: {snapshot['state']} {text}")

    def _may_still_move(self, session_id):
        session = self.viva._engine.sessions.get(session_id)
        return (session and not session.is_done) or self.network.is_on_its_way(session_id)

    # === WHAT HAPPENS BY ITSELF === #

    def _receive(self, terminal, message):
        if self.scene.has_webhooks:
            self.webhooks.append((terminal, message))

    def _hear(self, kind, payload, _channel):
        if kind.endswith("VIVA_WALLET_STATUS"):
            self.told.append((self.kernel.steps, payload["session_id"]))
            for till in self.tills:
                till.hear(payload["session_id"])

    def _note_request(self, message):
        terminal = (message.kwargs.get("json") or {}).get("terminalId")
        if terminal:
            self.asked.add(self.shop.places[TERMINALS.index(terminal)].method)

    def _break_what_scenes_break(self):
        """Let `_book_charge` of the ledger fail while a scene wants it to."""
        world, ledger = self, self.server.registry["viva.wallet.transaction"]
        bind = ledger._book_charge

        def _book_charge(rows):
            if "_book_charge" in world.broken:
                raise RuntimeError("broken by the scene")
            return bind(rows)

        ledger._book_charge = _book_charge

    def _trigger(self, moment):
        is_seconds = isinstance(moment, float)
        self.triggers.append(moment if is_seconds else moment.replace(tzinfo=UTC).timestamp())

    def _note_movements(self):
        for movement in self.viva._engine.ledger.transactions[len(self.movements) :]:
            self.movements[movement.transaction_id] = self.kernel.steps
            what = "charges" if movement.kind == "sale" else "pays back"
            self.kernel.note(f"Viva {what} {movement.amount} for {movement.merchant_reference[:8]}")

    # === STEPS === #

    def unusual_step(self, kind: str, label: str, work) -> list[Option]:
        """Return a step that only a schedule brings about, if it may still happen.

        :param kind: see `Scene.unusual`.
        """

        def run():
            self.left[kind] -= 1
            work()

        return [Option(label, run, UNUSUAL)] if self.left[kind] > 0 else []

    def _deliveries(self):
        options = []
        for number, (_terminal, message) in enumerate(list(self.webhooks)[:2]):
            rank = UNUSUAL if number else DELIVERY
            label = f"notification {message['EventTypeId']}"
            options.append(Option(label, partial(self._deliver, number), rank))
        return options

    def _unusual(self):
        step, options = self.unusual_step, []
        if self.webhooks:
            copy = partial(self.webhooks.append, self.webhooks[0])
            options += step("copies", "a notification comes twice", copy)
            options += step("drops", "a notification never comes", self.webhooks.popleft)
        for process in self.server.busy_processes():
            options += step("kills", f"{process.name} dies", partial(self.kernel.kill, process))
        for rpc in self.rpcs:
            if not rpc.is_lost:
                options += step("lost_answers", f"{rpc.till.name} loses {rpc.method}", rpc.lose)
        begin = partial(self.server.run_cron, "_cron_reconcile")
        return options + step("crons", "the cron begins", begin)

    def _deliver(self, number):
        terminal, message = self.webhooks[number]
        del self.webhooks[number]
        token = self.shop.tokens[TERMINALS.index(terminal)]
        data = message["EventData"]
        session = data.get("SessionId") or data.get("MerchantTrns")
        name = f"notification {message['EventTypeId']}"
        self.kernel.note(f"{name} of {session and session[:8]}")
        answered = partial(self.delivered.add, session)
        self.server.notify(name, token, json.dumps(message).encode(), answered)

    def _time(self):
        due = self._next_due()
        if due is None or self.kernel.is_busy():
            return []
        return [Option("time passes", partial(self._pass, due), TIME)]

    def _next_due(self):
        moments = (
            self.kernel.next_due(), self.clock.next_due(), self.network.next_due(),
            min(self.triggers, default=None),
        )  # fmt: skip
        return min((moment for moment in moments if moment is not None), default=None)

    def _pass(self, due):
        self.clock.advance_to(due)
        if any(moment <= self.clock.now() for moment in self.triggers):
            self.triggers = [moment for moment in self.triggers if moment > self.clock.now()]
            self.server.run_cron("_cron_reconcile")

    # === THE COURSE OF A SCHEDULE === #

    def play(self) -> None:
        """Run the scripts to their end, then let everything come to rest."""
        kernel = self.kernel
        for script in self.scripts:
            kernel.resume(script)
        kernel.run(lambda: all(map(kernel.is_settled, self.scripts)))
        kernel.is_choosing = False
        self.is_disturbed = any(self.left[kind] != self.scene.unusual[kind] for kind in DISTURBING)
        self.left = dict.fromkeys(self.left, 0)
        self._settle_down(PROMPT)

    def let_days_pass(self) -> None:
        """Let days pass, with the scheduled actions of the server, and what happens on those days."""
        self._run_crons()
        for work in self.later:
            self._settle_down(DAYS)
            work()
            self._run_crons(HOURS)

    def _run_crons(self, more=()):
        compared = self.clock.now()
        for seconds in (*CRON_PAUSES, *more):
            self._settle_down(seconds)
            self._run_cron("_cron_reconcile")
            if self.clock.now() - compared >= COMPARE:
                compared = self.clock.now()
                self._run_cron("_cron_compare_days")

    def _settle_down(self, seconds):
        """Let so much time pass, and all that happens in it."""
        end = self.clock.now() + seconds
        while True:
            self.kernel.run(self._is_still)
            due = self._next_due()
            if due is None or due > end:
                break
            self._pass(due)
        self.clock.advance_to(end)
        self.kernel.run(self._is_still)

    def _is_still(self):
        """Tell whether nothing but the passing of time is left."""
        return all(option.rank >= TIME for option in self.kernel._options())

    def _run_cron(self, method):
        self.server.run_cron(method)
        kernel = self.kernel
        kernel.run(lambda: all(kernel.is_settled(a) for a in kernel.actors if a.process))
