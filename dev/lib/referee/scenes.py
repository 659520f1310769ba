"""What happens: small programs for a few actors. The kernel decides in which order their steps come.

A scene says what may go wrong besides: which faults of the network and how many, how many processes
die, answers get lost, notifications never come, and whether the cron begins at any moment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps

SCENES: dict[str, "Scene"] = {}


@dataclass
class Scene:
    """A program, and what may befall it."""

    name: str
    work: Callable
    text: str
    faults: tuple = ()
    most_faults: int = 1
    kills: int = 0
    drops: int = 0
    lost_answers: int = 0
    crons: int = 0
    # See `odoo_server.Server.reset`.
    points: int = 0
    has_webhooks: bool = True
    # Tills save their order as soon as the terminal is busy.
    is_sharing: bool = False
    # News may come late for a reason that the scene makes.
    is_rough: bool = False
    # Parts of what may be logged or raised.
    complaints: tuple = ()
    # Settings of the simulator.
    viva: dict = field(default_factory=dict)
    # How many deviations the systematic part places at the same time, and how many schedules at most.
    depth: int = 2
    most: int = 150


def scene(**options):
    """Register a function as a scene under its name."""

    def register(work):
        @wraps(work)
        def play(world):
            return work(world)

        name = work.__name__
        SCENES[name] = Scene(name, play, work.__doc__.splitlines()[0], **options)
        return work

    return register


def _sell(world, amount=5.0, number=0, action="tap", **options):
    """Sell by card from beginning to end, in a script; return the till, the order and the line."""
    till = world.till(number)
    order = till.new_order(amount)
    line = till.new_line(order, amount)
    world.customer(action, number, **options)
    return till, order, line


@scene(faults=("lost", "answer lost", "too late", "503", "answer 503"), drops=1, is_sharing=True)
def sale(world):
    """A sale that is paid, whatever befalls a request."""
    till, order, line = _sell(world)

    def cashier():
        till.pay(line, "not_paid")
        till.finish(order)

    world.script("cashier", cashier)


@scene(kills=1, drops=1, has_webhooks=False, is_rough=True)
def death(world):
    """A sale during which a worker dies."""
    till, order, line = _sell(world)

    def cashier():
        till.pay(line, "not_paid")
        till.finish(order)

    world.script("cashier", cashier)


@scene(faults=("answer lost",))
def doubtful_retry(world):
    """A sale fails in doubt, Viva turns it into a success, the cashier tries again."""
    till, order, line = _sell(world, action="decline", event_id=1302)
    world.customer("tap")
    failed = []

    def cashier():
        if till.pay(line) == "failed":
            failed.append(line.session)
            till.pay(line)
        till.finish(order)

    def viva():
        if world.until(lambda: failed):
            world.approve_late(failed[0])

    world.script("viva", viva)
    world.script("cashier", cashier)


@scene()
def declined_late(world):
    """A sale is declined, and a moment later Viva turns it into a success and says so."""
    till, order, line = _sell(world, action="decline", event_id=1006)

    def cashier():
        till.pay(line)

    def viva():
        if world.until(lambda: line.phase == "failed"):
            world.kernel.sleep(0.3)
            world.approve_late(line.session)

    world.script("viva", viva)
    world.script("cashier", cashier)


@scene(faults=("answer slow", "slow", "too late"), most_faults=2, is_rough=True)
def cancel(world):
    """A sale is cancelled while its token or its request is slow; the customer pays when asked."""
    till, order, line = _sell(world)
    world.network.plan("answer slow", "connect/token")

    def cashier():
        till.pay(line)

    def hand():
        world.until(lambda: line.session)
        world.kernel.sleep(2)
        till.cancel(line)

    world.script("hand", hand)
    world.script("cashier", cashier)


@scene(is_sharing=True)
def two_devices(world):
    """Two devices pay the same order, the second one with an old copy."""
    till, order, line = _sell(world)
    other = world.till(1)
    world.customer("tap", 1)

    def cashier():
        till.save(order, "draft")
        copies.append(other.take_order(order.copy()))
        till.pay(line)

    def second():
        if world.until(lambda: copies):
            world.until(lambda: line.phase == "approved", 20)
            own = other.new_line(copies[0], 5.0)
            other.pay(own)

    copies = []
    world.script("cashier", cashier)
    world.script("second cashier", second)


@scene(
    faults=("answer lost", "lost", "swallowed"), viva={"list_lag": 600}, has_webhooks=False, depth=1
)
def part_refunds(world):
    """Parts of a sale are paid back through the account, an answer is lost, the list lags."""
    till, order, line = _sell(world, 60.0)

    def cashier():
        if till.pay(line) != "approved" or not till.finish(order):
            return
        back = till.new_order(-40.0, order)
        for _part in range(2):
            part = till.new_line(back, -20.0, parent=line.session, way="account")
            if till.pay(part) == "failed":
                world.kernel.sleep(40)
                till.pay(part)
        till.finish(back)

    world.script("cashier", cashier)


@scene()
def doubtful_refund(world):
    """A refund on the terminal ends in doubt, and is asked for again."""
    till, order, line = _sell(world)
    world.customer("decline", event_id=1302)
    world.customer("tap")

    def cashier():
        if till.pay(line) != "approved" or not till.finish(order):
            return
        back = till.new_order(-5.0, order)
        part = till.new_line(back, -5.0, parent=line.session, way="terminal")
        if till.pay(part) == "failed":
            till.pay(part)
        till.finish(back)

    world.script("cashier", cashier)


@scene(depth=1)
def refund_at_viva(world):
    """A sale is refunded in Viva's own pages three days later, and nobody says so."""
    till, order, line = _sell(world)

    def cashier():
        if till.pay(line) == "approved":
            till.finish(order)
            world.rest()
            world.scene_quiet = True
            world.viva.refund(line.session)

    world.script("cashier", cashier)
