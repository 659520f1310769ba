"""Actors, processes, and the schedule that decides which of them goes on.

An actor is a greenlet: it runs until it pauses, and only one runs at a time. At each step the kernel
lists what can happen next, the usual one first, and takes the first; a schedule names the positions at
which another one is taken (a *deviation*). So a schedule is a few pairs ``position: choice``, and the
same schedule always leads to the same result.

An actor of a server belongs to a process. What a process remembers (access tokens, what it waits for, ...) is
put in place when one of its actors goes on. A process that is killed takes its actors with it: they
never run again, and nothing that Python would do on the way out reaches the database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from greenlet import GreenletExit, getcurrent, greenlet

# How usual a step is: whoever ran last goes on, ..., what only a schedule brings about.
ACTOR, DELIVERY, TIME, UNUSUAL = range(4)
MOST_STEPS = 3000
STEP_SECONDS = 0.001


class ProcessKilled(BaseException):
    """Raised in an actor of a killed process when it is cleared away."""


class Endless(Exception):
    """A schedule that does not come to an end."""


@dataclass
class Option:
    """A step that can be taken now.

    :param rank: see above; within a rank the one with the higher `recency` comes first.
    """

    label: str
    run: Callable[[], object]
    rank: int = ACTOR
    recency: int = 0


class Process:
    """A worker of the server, with what it remembers."""

    def __init__(self, name: str, memory: dict):
        """Start it.

        :param memory: values by (module, name), see `odoo_server`.
        """
        self.name = name
        self.memory = memory
        self.is_alive = True
        self.connections: set = set()


@dataclass(eq=False)
class Actor:
    """Something that runs until it pauses."""

    name: str
    greenlet: greenlet
    process: Process | None
    recency: int
    condition: Callable[[], bool] | None = None
    until: float | None = None
    is_over: bool = False
    cursors: set = field(default_factory=set)

    @property
    def is_dead(self) -> bool:
        return self.process is not None and not self.process.is_alive


class Kernel:
    """Runs actors as a schedule says."""

    def __init__(self, clock, install_memory: Callable[[Process], None]):
        """Begin with no actor.

        :param clock: see `clock.Clock`.
        :param install_memory: puts in place what a process remembers.
        """
        self.clock = clock
        self._install_memory = install_memory
        self._main = getcurrent()
        self.reset({})

    def reset(self, deviations: dict[int, int]) -> None:
        """Forget everything and take up a schedule.

        :param deviations: choices by position.
        """
        self.deviations = deviations
        self.actors: list[Actor] = []
        self.current: Actor | None = None
        self.sources: list[Callable[[], list[Option]]] = []
        self.after_step: list[Callable[[], None]] = []
        self.steps = 0
        self.degrees: list[int] = []
        # The unusual choices at each position.
        self.unusual: list[set[int]] = []
        self.log: list[str] = []
        self.is_choosing = True
        self._quiet = 0
        self._recency = 0

    # === FOR ACTORS === #

    def spawn(self, name: str, work: Callable[[], object], process: Process | None = None) -> Actor:
        """Let something run beside whatever runs."""
        actor = Actor(name, None, process, self._next_recency())
        actor.greenlet = greenlet(lambda: self._work(actor, work), self._main)
        self.actors.append(actor)
        return actor

    def pause(self, condition=None, until: float | None = None) -> bool:
        """Let others go on, until a condition holds or a moment has come; return whether it holds."""
        actor = self.current
        if actor is None or self._quiet:
            return condition is None or bool(condition())
        if actor.is_dead:
            raise ProcessKilled
        actor.condition, actor.until = condition, until
        self._main.switch()
        if actor.is_dead:
            raise ProcessKilled
        actor.condition = actor.until = None
        return condition is None or bool(condition())

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.pause(lambda: False, self.clock.now() + seconds)

    def note(self, text: str) -> None:
        """Write a line into the log of the schedule."""
        self.log.append(f"{self.clock.elapsed():9.3f}  {text}")

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Do what is in a block in one go, whatever it would pause for."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    @property
    def is_quiet(self) -> bool:
        """Whether nothing may pause now: nobody runs, or it is done in one go."""
        return self.current is None or bool(self._quiet)

    # === THE SCHEDULE === #

    def run(self, is_over: Callable[[], bool]) -> None:
        """Take steps until `is_over`, or until nothing can happen any more.

        :raise Endless: after too many steps.
        """
        while not is_over():
            options = self._options()
            if not options:
                return
            option = self._choose(options)
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Endless(f"after {self.steps} steps: {option.label}")
            # Nothing takes no time: of two moments one is the later.
            self.clock.advance_to(self.clock.now() + STEP_SECONDS)
            option.run()
            for look in self.after_step:
                look()

    def _options(self) -> list[Option]:
        options = [
            Option(actor.name, lambda actor=actor: self.resume(actor), ACTOR, actor.recency)
            for actor in self.actors
            if self._is_ready(actor)
        ]
        for source in self.sources:
            options += source()
        # Sorting is stable: equal ones stay in the order in which they came to be.
        return sorted(options, key=lambda option: (option.rank, -option.recency))

    def _choose(self, options: list[Option]) -> Option:
        if not self.is_choosing or len(options) == 1:
            return options[0]
        position = len(self.degrees)
        self.degrees.append(len(options))
        self.unusual.append({n for n, option in enumerate(options) if option.rank == UNUSUAL})
        choice = self.deviations.get(position, 0)
        if choice >= len(options):
            choice = 1 + (choice - 1) % (len(options) - 1)
        if choice:
            self.note(f"[{position}:{choice}] {options[choice].label}")
        return options[choice]

    def is_settled(self, actor: Actor) -> bool:
        """Whether an actor will never run again."""
        return actor.is_over or actor.is_dead

    def is_busy(self) -> bool:
        """Whether an actor of a process can go on at once."""
        return any(actor.process and self._is_ready(actor) for actor in self.actors)

    def next_due(self) -> float | None:
        """Return the next moment for which an actor waits."""
        moments = [a.until for a in self.actors if a.until is not None and not self.is_settled(a)]
        return min(moments, default=None)

    def _is_ready(self, actor: Actor) -> bool:
        if self.is_settled(actor):
            return False
        if actor.until is not None and self.clock.now() >= actor.until:
            return True
        return actor.condition is None or bool(actor.condition())

    def resume(self, actor: Actor) -> None:
        """Let an actor run until it pauses."""
        actor.recency = self._next_recency()
        if actor.process:
            self._install_memory(actor.process)
        self.current = actor
        try:
            actor.greenlet.switch()
        finally:
            self.current = None

    def _work(self, actor: Actor, work: Callable[[], object]) -> None:
        try:
            work()
        except (ProcessKilled, GreenletExit):
            pass
        finally:
            actor.is_over = True

    def _next_recency(self) -> int:
        self._recency += 1
        return self._recency

    # === THE END === #

    def kill(self, process: Process) -> None:
        """End a process at once: nothing of it is committed any more."""
        self.note(f"process {process.name} is killed")
        process.is_alive = False
        for connection in process.connections:
            if not connection.closed:
                connection.rollback()
                connection.close()
        process.connections.clear()

    def discard_actors(self) -> None:
        """End all actors, after the schedule; what they still do has no effect."""
        for actor in self.actors:
            if actor.is_over or not actor.greenlet:
                continue
            actor.process = Process("discarded", {})
            actor.process.is_alive = False
            self.current = actor
            try:
                actor.greenlet.throw(ProcessKilled)
            except BaseException:  # noqa: BLE001 (whatever its code makes of that)
                self.note(f"{actor.name} raised an error when it was discarded")
            self.current = None
        self.actors.clear()
