"""Server, Viva, tills and time together, for one schedule of a scene."""

import json
from collections import deque
from dataclasses import dataclass

from .kernel import DELIVERY, TIME, UNUSUAL, Option
from .shop import CREDENTIALS, OTHER_ACCOUNT, TERMINALS
from .till import Till

# Viva's lists are compared so often, in seconds.
COMPARE = 3600.0
# From the end of a day's work to what happens later: no list of yesterday knows of the sale.
DAYS = 3 * 86400.0
# Pauses between the scheduled actions at the end: as seldom as finds everything, for speed.
REST = (130.0, 200.0, 300.0, 900.0, 3600.0, 86400.0)
# So that every earlier day is looked at once.
HOURS = (3600.0,) * 6
# So soon after a notification tills must know what Viva said of it.
PROMPT = 10.0


@dataclass
class Wish:
    """That a till wanted to move money: the moment of it, and what stood then."""

    step: int
    till: object
    order: str
    line: str
    session: str
    amount: float
    # Sessions of the same order that could still move money at that moment.
    open: tuple


@dataclass
class Claim:
    """What a till was told about a payment."""

    step: int
    moment: float
    session: str
    text: str
    state: str
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
        self.viva = self._simulator(manual, CREDENTIALS, scene.viva)
        self.other_viva = self._simulator(manual, {**CREDENTIALS, **OTHER_ACCOUNT}, scene.viva)
        simulators = {
            CREDENTIALS["viva_wallet_client_id"]: self.viva,
            CREDENTIALS["viva_wallet_merchant_id"]: self.viva,
            OTHER_ACCOUNT["viva_wallet_client_id"]: self.other_viva,
            OTHER_ACCOUNT["viva_wallet_merchant_id"]: self.other_viva,
        }
        self.network.reset(simulators, scene.faults, scene.most_faults)
        self.network.on_handled = self._note_request
        self.tills: list[Till] = []
        self.rpcs: list = []
        self.scripts: list = []
        self.wishes: list[Wish] = []
        self.claims: list[Claim] = []
        self.costs: dict[str, float] = {}
        self.stated: set[str] = set()
        self.chosen: set[str] = set()
        self.webhooks: deque = deque()
        self.delivered: dict[str, float] = {}
        self.told: list[tuple[int, str]] = []
        self.movements: dict[str, int] = {}
        self.kills, self.drops, self.copies = scene.kills, scene.drops, scene.copies
        self.lost_answers, self.crons = scene.lost_answers, scene.crons
        self.triggers: list[float] = []
        self.has_changed_settings = False
        self.later: list = []
        # Payment methods for which something has been asked of Viva.
        self.asked: set[int] = set()
        self.broken: set[str] = set()
        self.is_sharing = scene.is_sharing
        self.faults: list[str] = []
        self.kernel.sources += [
            self.network.options, self._deliveries, self._time, self._kills, self._lost, self._crons,
        ]  # fmt: skip
        self.kernel.after_step.append(self._note_movements)

    def _simulator(self, manual, credentials, settings):
        names = {f"{name.removeprefix('viva_wallet_')}": v for name, v in credentials.items()}
        return self._simulator_class(
            clock=manual, on_webhook=self._receive, demo_declines=False, **{**names, **settings}
        )

    # === FOR SCENES === #

    def till(self, number: int = 0) -> Till:
        """Switch on a till."""
        till = Till(self, number)
        self.tills.append(till)
        return till

    def script(self, name: str, work) -> None:
        """Let somebody act: a cashier, a customer, Viva."""
        self.scripts.append(self.kernel.spawn(name, work))

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

        def work():
            for action, options in acts:
                if not self.until(lambda: self.shows(number)):
                    return
                self.act(action, number, **options)

        self.script("customer", work)

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
            env["pos.payment.method"].browse(self.shop.cards).write(OTHER_ACCOUNT)
            env.flush_all()
            env.cr.execute("UPDATE pos_session SET state = 'opened'")

    def change_rights(self, till, is_cashier: bool) -> None:
        """Take the rights of a cashier away, or give them back."""
        self.kernel.note(f"{till.name} {'has' if is_cashier else 'loses'} the rights of a cashier")
        self.has_changed_settings = True
        with self.server.admin() as env:
            group = env.ref("point_of_sale.group_pos_user").id
            env["res.users"].browse(till.user).write(
                {"group_ids": [(4 if is_cashier else 3, group)]}
            )

    def approve_late(self, session_id: str) -> None:
        """Let Viva turn a session into a success, if it knows it and it has failed."""
        session = self.viva._engine.sessions.get(session_id)
        if session and session.is_done and not session.success:
            self.kernel.note(f"Viva turns {session_id[:8]} into a success")
            self.viva.approve_late(session_id)

    def wish(self, till, line) -> None:
        """Write down that a till is about to ask for money."""
        order = line.order.uuid
        earlier = {w.session for w in self.wishes if w.order == order} - {line.session}
        self.wishes.append(
            Wish(
                self.kernel.steps, till, order, line.uuid, line.session, line.amount,
                tuple(s for s in sorted(earlier) if self._may_still_move(s)),
            )
        )  # fmt: skip

    def claim(self, _till, line, snapshot) -> None:
        """Write down what a till was told."""
        text = snapshot.get("text") or ""
        session = snapshot["session_id"]
        self.claims.append(
            Claim(
                self.kernel.steps, self.clock.now(), session, text, snapshot["state"],
                snapshot.get("is_guess", False),
            )
        )  # fmt: skip
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
            self.asked.add(self.shop.cards[TERMINALS.index(terminal)])

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
        seconds = moment if isinstance(moment, float) else _seconds(moment)
        self.triggers.append(seconds)

    def _note_movements(self):
        for movement in self.viva._engine.bank.transactions[len(self.movements) :]:
            self.movements[movement.transaction_id] = self.kernel.steps
            what = "charges" if movement.kind == "sale" else "pays back"
            self.kernel.note(f"Viva {what} {movement.amount} for {movement.merchant_reference[:8]}")

    # === STEPS === #

    def _deliveries(self):
        options = []
        for number, (_terminal, message) in enumerate(list(self.webhooks)[:2]):
            label = f"notification {message['EventTypeId']}"
            options.append(Option(
                label,
                lambda n=number: self._deliver(n),
                DELIVERY if not number else UNUSUAL,
            ))  # fmt: skip
        if options and self.copies > 0:
            options.append(Option("a notification comes twice", self._copy, UNUSUAL))
        if options and self.drops > 0:
            options.append(Option("a notification never comes", self._drop, UNUSUAL))
        return options

    def _deliver(self, number):
        terminal, message = self.webhooks[number]
        del self.webhooks[number]
        token = self.shop.tokens[TERMINALS.index(terminal)]
        data = message["EventData"]
        session = data.get("SessionId") or data.get("MerchantTrns")
        self.kernel.note(f"notification {message['EventTypeId']} of {session and session[:8]}")

        def answered():
            self.delivered[session] = self.clock.now()

        self.server.notify(
            f"notification {message['EventTypeId']}", token, json.dumps(message).encode(), answered
        )

    def _copy(self):
        self.copies -= 1
        self.webhooks.append(self.webhooks[0])

    def _drop(self):
        self.drops -= 1
        self.webhooks.popleft()

    def _time(self):
        if any(
            actor.process and not self.kernel.is_settled(actor) and self.kernel._is_ready(actor)
            for actor in self.kernel.actors
        ):
            return []
        due = self._next_due()
        if due is None:
            return []
        return [Option("time passes", lambda: self._pass(due), TIME)]

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

    def _kills(self):
        if self.kills <= 0:
            return []
        return [
            Option(f"{process.name} dies", lambda process=process: self._kill(process), UNUSUAL)
            for process in self.server.processes
            if process.is_alive
            and any(actor.process is process and not actor.is_over for actor in self.kernel.actors)
        ]

    def _kill(self, process):
        self.kills -= 1
        self.kernel.kill(process)

    def _lost(self):
        if self.lost_answers <= 0:
            return []
        return [
            Option(f"{rpc.till.name} loses {rpc.method}", lambda rpc=rpc: self._lose(rpc), UNUSUAL)
            for rpc in self.rpcs
            if not rpc.is_lost
        ]

    def _lose(self, rpc):
        self.lost_answers -= 1
        rpc.is_lost = True

    def _crons(self):
        if self.crons <= 0:
            return []
        return [Option("the cron begins", self._begin_cron, UNUSUAL)]

    def _begin_cron(self):
        self.crons -= 1
        self.server.run_cron("_cron_reconcile")

    # === THE COURSE OF A SCHEDULE === #

    def play(self) -> None:
        """Run the scripts to their end, then let everything come to rest."""
        kernel = self.kernel
        for script in self.scripts:
            kernel.begin(script)
        kernel.run(lambda: all(map(kernel.is_settled, self.scripts)))
        kernel.is_choosing = False
        scene = self.scene
        left = (self.kills, self.drops, self.lost_answers, self.network.left)
        wanted = (scene.kills, scene.drops, scene.lost_answers, scene.most_faults)
        self.is_disturbed = left != wanted
        self.kills = self.drops = self.copies = self.lost_answers = self.crons = (
            self.network.left
        ) = 0
        self._settle_down(PROMPT)

    def rest(self) -> None:
        """Let days pass, with the scheduled actions of the server, and what happens on those days."""
        self._rest()
        for work in self.later:
            self._settle_down(DAYS)
            work()
            self._rest(HOURS)

    def _rest(self, more=()):
        compared = self.clock.now()
        for seconds in (*REST, *more):
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
        kernel.run(lambda: all(a.is_over or a.is_dead for a in kernel.actors if a.process))


def _seconds(moment):
    from datetime import UTC

    return moment.replace(tzinfo=UTC).timestamp()
