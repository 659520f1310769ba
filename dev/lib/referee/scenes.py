"""What happens: small programs for a few actors. The kernel decides in which order their steps come.

A scene says what may go wrong besides: which faults of the network and how many, how many processes
die, answers get lost, notifications never come, and whether the cron begins at any moment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

SCENES: dict[str, "Scene"] = {}


@dataclass
class Scene:
    """A program, and what may go wrong besides."""

    name: str
    work: Callable
    text: str
    faults: tuple = ()
    most_faults: int = 1
    kills: int = 0
    drops: int = 0
    # Notifications that come twice.
    copies: int = 0
    lost_answers: int = 0
    crons: int = 0
    # See `odoo_server.Server.reset`.
    points: int = 0
    workers: int = 2
    has_webhooks: bool = True
    # Tills save their order as soon as the terminal is busy.
    is_sharing: bool = False
    # News may come late for a reason that the scene makes.
    may_be_late: bool = False
    # Parts of what may be logged or raised.
    complaints: tuple = ()
    # Settings of the simulator.
    viva: dict = field(default_factory=dict)
    # How many deviations the systematic part places at the same time, and how many schedules at most.
    depth: int = 2
    most: int = 150
    # How many of them the stage of `dev/test` plays.
    stage: int = 8

    @property
    def unusual(self) -> dict[str, int]:
        """How often what only a schedule brings about may happen."""
        return {
            "faults": self.most_faults,
            "kills": self.kills,
            "drops": self.drops,
            "copies": self.copies,
            "lost_answers": self.lost_answers,
            "crons": self.crons,
        }


def scene(**options):
    """Register a function as a scene under its name."""

    def register(work):
        name = work.__name__
        SCENES[name] = Scene(name, work, work.__doc__.splitlines()[0], **options)
        return work

    return register


TAP = ("tap", {})
DOUBT = ("decline", {"event_id": 1302})
DECLINE = ("decline", {"event_id": 1006})


def _sell(world, *acts, amount=5.0):
    """Prepare a sale by card.

    :param acts: of the customer, one for each request on the terminal.
    :return: the till and the line.
    """
    till = world.till()
    line = till.new_line(till.new_order(amount), amount)
    world.customer(*(acts or (TAP,)))
    return till, line


def _pays(world, till, line, statement=None, tries=1):
    """Have a cashier pay a line by card, and complete the order.

    :param statement: see `Till.pay`.
    :param tries: how often the terminal is asked, as long as that fails.
    """

    @world.script
    def cashier():
        for _try in range(tries):
            if till.pay(line, statement) != "failed":
                break
        till.finish(line.order)


def _cancels(world, till, line, condition, seconds=0.0):
    """Have somebody press *Cancel*.

    :param condition: what is waited for.
    :param seconds: after that.
    """

    @world.script
    def press_cancel():
        if world.until(condition):
            if seconds:
                world.kernel.sleep(seconds)
            till.cancel(line)


def _is_sold(till, line):
    """Sell; tell whether a refund of it can begin."""
    return till.pay(line) == "approved" and till.finish(line.order)


def _refund(till, line, way):
    """Return the line of a new order that pays a sale back."""
    back = till.new_order(-5.0, line.order)
    return till.new_line(back, -5.0, parent=line.session, way=way)


@scene(faults=("lost", "answer lost", "too late", "503", "answer 503"), drops=1, is_sharing=True)
def sale(world):
    """A sale that is paid, whatever happens to a request."""
    till, line = _sell(world)
    _pays(world, till, line, "not_paid")


@scene(kills=1, drops=1, has_webhooks=False, may_be_late=True)
def death(world):
    """A sale during which a worker dies."""
    till, line = _sell(world)
    _pays(world, till, line, "not_paid")


def _second_device(world, till, line):
    """Switch on a second device, with a terminal of its own.

    :return: the device, the orders that it has got, and what saves the line's order and loads it there.
    """
    other, copies = world.till(1), []
    world.customer(TAP, number=1)

    def save():
        till.save(line.order, "draft")
        copies.append(other.take_order(line.order.copy()))

    return other, copies, save


def _fail_then(world, again):
    """A sale fails in doubt, Viva turns it into a success, and the cashier tries again.

    :param again: gets till and line and returns the line that is sent now.
    """
    till, line = _sell(world, DOUBT, TAP)
    failed, late = [], []

    @world.script
    def viva():
        if world.until(lambda: failed):
            world.approve_late(failed[0])
            late.append(True)

    @world.script
    def cashier():
        if till.pay(line) == "failed":
            failed.append(line.session)
            world.until(lambda: late, 5)
            till.pay(again(till, line))
        till.finish(line.order)


@scene(faults=("answer lost",), lost_answers=1, most=200)
def doubtful_retry(world):
    """A sale fails in doubt, Viva turns it into a success, the cashier tries again."""
    _fail_then(world, lambda _till, line: line)


@scene(faults=("answer lost",), most=200)
def doubtful_new_line(world):
    """The same with another payment line in the place of the one that failed."""

    def again(till, line):
        till.delete_line(line)
        return till.new_line(line.order, line.amount)

    _fail_then(world, again)


@scene()
def declined_late(world):
    """A sale is declined, and a moment later Viva turns it into a success and says so."""
    till, line = _sell(world, DECLINE)

    @world.script
    def viva():
        if world.until(lambda: line.phase == "failed"):
            world.kernel.sleep(0.3)
            world.approve_late(line.session)

    @world.script
    def cashier():
        till.pay(line)


@scene(faults=("slow", "too late"), may_be_late=True, workers=3, stage=20)
def cancel(world):
    """A sale is cancelled while its token is slow, and asked for again when it counts as lost."""
    till, line = _sell(world, TAP, TAP)
    world.network.plan("answer slow", "connect/token")
    _cancels(world, till, line, lambda: line.session, 1.5)
    _pays(world, till, line, tries=2)


@scene(is_sharing=True)
def two_devices(world):
    """Two devices pay the same line.order, the second one with an old copy."""
    till, line = _sell(world)
    other, copies, save = _second_device(world, till, line)

    @world.script
    def cashier():
        save()
        till.pay(line)

    @world.script
    def second():
        if world.until(lambda: copies):
            world.until(lambda: line.phase == "approved", 20)
            own = other.new_line(copies[0], 5.0)
            other.pay(own)


@scene(
    faults=("answer lost", "lost", "swallowed"),
    viva={"list_lag": 600},
    has_webhooks=False,
    depth=1,
    stage=20,
)
def part_refunds(world):
    """Parts of a sale are paid back through the account, an answer is lost, the list lags."""
    till, line = _sell(world, amount=60.0)

    @world.script
    def cashier():
        if not _is_sold(till, line):
            return
        back = till.new_order(-40.0, line.order)
        for _part in range(2):
            part = till.new_line(back, -20.0, parent=line.session, way="account")
            if till.pay(part) == "failed":
                world.kernel.sleep(40)
                till.pay(part)
        till.finish(back)


@scene()
def doubtful_refund(world):
    """A refund on the terminal ends in doubt, and is asked for again."""
    till, line = _sell(world, TAP, DOUBT, TAP)

    @world.script
    def cashier():
        if not _is_sold(till, line):
            return
        part = _refund(till, line, "terminal")
        if till.pay(part) == "failed":
            till.pay(part)
        till.finish(part.order)


@scene(depth=1)
def refund_at_viva(world):
    """A sale is refunded in Viva's own pages three days later, and nobody says so."""
    till, line = _sell(world)

    @world.script
    def cashier():
        if _is_sold(till, line):
            world.days_later(lambda: _silently(world, world.viva.refund, line.session))


def _silently(world, work, *args):
    """Let something happen at Viva of which no notification comes."""
    work(*args)
    world.webhooks.clear()


def _refund_undone(world, way):
    """Sell, pay back, and have Viva undo that days later."""
    till, line = _sell(world, TAP, TAP)

    @world.script
    def cashier():
        if not _is_sold(till, line):
            return
        part = _refund(till, line, way)
        if _is_sold(till, part):
            undo = partial(world.viva.undo, world.viva.ledger()[-1]["transaction_id"])
            world.days_later(partial(_silently, world, undo))


@scene(depth=1, most=40)
def refund_undone(world):
    """A refund of ours through the account is undone by Viva days later, and nobody says so."""
    _refund_undone(world, "account")


@scene(depth=1, most=40)
def terminal_refund_undone(world):
    """A refund of ours on the terminal is undone by Viva days later, and nobody says so."""
    _refund_undone(world, "terminal")


@scene(depth=1, most=60, may_be_late=True)
def other_account(world):
    """A sale fails in doubt, the credentials are replaced, Viva turns it into a success."""
    till, line = _sell(world, DOUBT)
    world.days_later(lambda: _silently(world, world.approve_late, line.session))

    @world.script
    def cashier():
        till.pay(line)
        world.replace_credentials()


@scene(depth=1, most=60, may_be_late=True, has_webhooks=False)
def other_account_open(world):
    """The credentials are replaced while the terminal waits; the customer pays."""
    till, line = _sell(world, ("ignore", {}))

    @world.script
    def admin():
        if world.until(lambda: line.phase == "sent"):
            world.replace_credentials()
            till.cancel(line)
            world.kernel.sleep(30)
            world.act("tap")

    @world.script
    def cashier():
        till.pay(line)


@scene(lost_answers=1, depth=2, most=120)
def rights(world):
    """The rights of a cashier change while a request is on its way, whose answer may be lost."""
    till, line = _sell(world)

    @world.script
    def admin():
        if world.until(lambda: till.place.method in world.asked):
            world.change_rights(till, False)
            world.kernel.sleep(20)
            world.change_rights(till, True)

    _pays(world, till, line)


@scene(depth=1, most=40, complaints=("broken by the scene",), may_be_late=True)
def unbookable(world):
    """A charge of a till that died cannot be tied to a payment: the job fails, each time."""
    till, line = _sell(world)

    @world.script
    def cashier():
        till.pay(line)
        world.broken.add("_book_charge")


@scene(depth=1, most=40, complaints=("broken by the scene",))
def unbookable_at_once(world):
    """A charge cannot be tied to a payment at the moment at which Viva confirms it."""
    till, line = _sell(world)

    @world.script
    def cashier():
        world.broken.add("_book_charge")
        till.pay(line)
        world.broken.clear()
        till.finish(line.order)


@scene(points=1, crons=1, most=200)
def cancel_race(world):
    """Cancel, card, notification and cron at the same moment."""
    till, line = _sell(world)
    _cancels(world, till, line, world.shows)
    _pays(world, till, line)


@scene(kills=1, viva={"list_lag": 600}, has_webhooks=False, may_be_late=True, most=120)
def refund_death(world):
    """A worker dies during a refund through the account, which is asked for again."""
    till, line = _sell(world)

    @world.script
    def cashier():
        if not _is_sold(till, line):
            return
        back = till.new_order(-5.0, line.order)
        for _attempt in range(2):
            part = till.new_line(back, -5.0, parent=line.session, way="account")
            if till.pay(part) == "approved":
                break
            till.delete_line(part)
        till.finish(back)


@scene(most=150)
def two_refunds(world):
    """Two devices pay back the same sale at the same time, one on the terminal, one by account."""
    till, line = _sell(world, TAP, TAP)
    other = world.till(1)
    sold = []

    @world.script
    def cashier():
        if _is_sold(till, line):
            sold.append(True)
            part = _refund(till, line, "terminal")
            till.pay(part)
            till.finish(part.order)

    @world.script
    def second():
        if world.until(lambda: sold):
            part = _refund(other, line, "account")
            other.pay(part)
            other.finish(part.order)


@scene(most=150, is_sharing=True)
def both_pay(world):
    """Two devices pay two parts of one order at the same time, on two terminals."""
    till, line = _sell(world)
    line.amount = 3.0
    other, copies, save = _second_device(world, till, line)

    @world.script
    def cashier():
        save()
        till.pay(line)
        till.finish(line.order)

    @world.script
    def second():
        if world.until(lambda: copies):
            other.pay(other.new_line(copies[0], 2.0))
            other.finish(copies[0])


@scene(most=120, kills=1, may_be_late=True)
def reload(world):
    """The page dies right after the request; it is loaded anew and finds what is running."""
    till, line = _sell(world)

    @world.script
    def cashier():
        till.save(line.order, "draft")
        world.kernel.spawn("lost page", lambda: till.pay(line))
        world.until(lambda: line.phase == "sent", 5)
        line.is_left = True
        line.order.lines.clear()
        till.reload()
        for found in line.order.lines:
            if found.phase == "sent":
                till.resume(found)
        till.finish(line.order)


@scene(most=100, may_be_late=True)
def asleep(world):
    """The terminal sleeps; the cashier says that it shows nothing; it wakes, and the card is read."""
    till, line = _sell(world)
    world.viva.set_terminal(world.terminal(), asleep=True)

    @world.script
    def cashier():
        if till.pay(line, "not_paid") == "stated not_paid":
            till.pay_cash(line.order, 5.0)
            till.finish(line.order)
        world.kernel.note("the terminal wakes")
        world.viva.set_terminal(world.terminal(), asleep=False)
        world.kernel.sleep(5)


@scene(
    faults=("lost", "swallowed", "too late", "answer lost", "answer slow"),
    most_faults=2,
    may_be_late=True,
    most=150,
)
def cash_instead(world):
    """A card payment is cancelled, and the order is paid in cash."""
    till, line = _sell(world)
    _cancels(world, till, line, lambda: line.session, 1.5)

    @world.script
    def cashier():
        if till.pay(line) == "failed":
            till.delete_line(line)
            till.pay_cash(line.order, 5.0)
        till.finish(line.order)


@scene(most=100)
def undo(world):
    """A charge of an open order is paid back, and the order is paid anew."""
    till, line = _sell(world, TAP, TAP, TAP)

    @world.script
    def cashier():
        if till.pay(line) != "approved":
            return
        back = till.new_line(line.order, -5.0, parent=line.session, way="terminal")
        if till.pay(back) == "approved":
            till.pay(till.new_line(line.order, 5.0))
        till.finish(line.order)


@scene(points=2, crons=1, copies=1, most=200)
def news_at_once(world):
    """Declined, turned into a success and announced, while till and cron ask; snapshots of any age."""
    till, line = _sell(world, DECLINE, TAP)
    declined = []

    @world.script
    def viva():
        if world.until(lambda: declined):
            world.approve_late(declined[0])

    @world.script
    def cashier():
        if till.pay(line) == "failed":
            declined.append(line.session)
            world.until(lambda: line.phase == "approved", 3)
        if line.phase == "failed":
            till.pay(line)
        till.finish(line.order)


@scene(may_be_late=True, has_webhooks=False, lost_answers=1, most=100)
def outage(world):
    """Viva answers 503 to everything while the terminal waits; the cashier says what it shows."""
    till, line = _sell(world)

    @world.script
    def viva():
        if world.until(lambda: line.phase == "sent"):
            world.network.is_down = True
            world.kernel.sleep(60)
            world.network.is_down = False

    @world.script
    def cashier():
        outcome = till.pay(line, "not_paid")
        if outcome == "stated not_paid":
            till.pay_cash(line.order, 5.0)
        till.finish(line.order)


@scene(copies=1, most=100)
def busy_terminal(world):
    """Two registers want the same terminal; the second waits and tries again."""
    till, line = _sell(world, TAP, TAP)
    other = world.till(1)
    second_order = other.new_order(7.0)
    second_line = other.new_line(second_order, 7.0, method=till.place.method)

    @world.script
    def second():
        if world.until(lambda: line.phase != "none"):
            if other.pay(second_line) == "failed":
                world.kernel.sleep(5)
                other.pay(second_line)
            other.finish(second_order)

    _pays(world, till, line)


@scene(points=1, copies=1, most=100)
def tip(world):
    """The customer adds a tip on the terminal while the order is being saved."""
    till, line = _sell(world, ("tap", {"tip": 100}))

    @world.script
    def saving():
        if world.until(lambda: line.phase == "sent"):
            till.save(line.order, "draft")

    @world.script
    def cashier():
        till.save(line.order, "draft")
        till.pay(line)
        till.finish(line.order)


@scene(kills=1, points=1, may_be_late=True, has_webhooks=False, most=200)
def retry_death(world):
    """A worker dies between any two steps of a sale that fails in doubt and is asked for again."""
    _fail_then(world, lambda _till, line: line)


@scene(kills=1, crons=1, points=1, may_be_late=True, most=200)
def booking_death(world):
    """A worker dies around the moment at which a charge is booked; the order is saved twice."""
    till, line = _sell(world)

    @world.script
    def cashier():
        till.save(line.order, "draft")
        till.pay(line)
        if not till.finish(line.order):
            till.finish(line.order)


@scene(faults=("answer lost", "too late", "429"), most_faults=2, most=200)
def limited(world):
    """Viva refuses calls for being too many, and answers get lost."""
    till, line = _sell(world, TAP, TAP)
    _pays(world, till, line, "not_paid", tries=2)
