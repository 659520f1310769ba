"""What Viva takes per second is learnt, kept to, and never costs a sale."""

import heapq
import itertools
import random
from collections import deque

import pytest

from simulator import ManualClock, Simulator
from simulator.testing import TERMINAL
from viva import connections, outcome, throttle, timing, tokens
from viva.account import Credentials, Hosts
from viva.client import VivaClient
from viva.payment_request import PaymentRequest
from viva.throttle import FIRST_RATE, LEAST_RATE, QUESTION_SHARE, Limit

SESSION = "0b5f6c1e-3a2b-4c5d-8e9f-123456789abc"
NOW = 1000.0
MOST_STEPS = 50_000


def refused(**values):
    limit = Limit()
    limit.refuse(NOW, **values)
    return limit


# -- the pause ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [(None, timing.LIMIT_PAUSE_FIRST), (0, timing.LIMIT_PAUSE_FIRST), (7, 7), (0.2, 0.2),
     (3600, timing.LIMIT_PAUSE_MOST)],
)  # fmt: skip
def test_first_pause(retry_after, pause):
    ends = {refused(retry_after=retry_after).until - NOW for _attempt in range(50)}
    assert min(ends) >= pause
    assert max(ends) <= pause * (1 + throttle.JITTER)
    assert len(ends) > 1, "all would come back at the same moment"


def test_pauses_double_while_they_are_too_short():
    limit, now, pauses = refused(), NOW, []
    for _attempt in range(8):
        pauses.append(limit.pause)
        now = limit.until + 0.1
        limit.refuse(now)
    first, most = timing.LIMIT_PAUSE_FIRST, timing.LIMIT_PAUSE_MOST
    assert pauses == [min(first * 2**number, most) for number in range(8)]
    limit.refuse(limit.until + timing.LIMIT_RELAPSE + 0.1)
    assert limit.pause == first


def test_what_viva_asks_for_is_not_undercut():
    limit = refused()
    limit.refuse(limit.until, retry_after=5)
    assert limit.pause == 5
    limit.refuse(limit.until, retry_after=5)
    assert limit.pause == 10


def test_refusals_of_what_was_on_its_way_are_no_news():
    limit = refused()
    before = Limit(**vars(limit))
    for _call in range(20):
        limit.refuse(NOW + 0.5)
    assert limit == before
    limit.refuse(NOW + 0.5, retry_after=5)
    assert (limit.until, limit.rate, limit.pause) == (NOW + 5.5, before.rate, before.pause)


# -- the rate -------------------------------------------------------------------------------------


def test_a_refusal_halves_the_rate_and_quiet_raises_it_until_it_is_forgotten():
    limit = refused()
    assert limit.rate_at(limit.until) == FIRST_RATE
    for expected in (FIRST_RATE / 2, LEAST_RATE, LEAST_RATE, LEAST_RATE):
        limit.refuse(limit.until)
        assert limit.rate_at(limit.until) == expected
    later = limit.until + timing.LIMIT_DOUBLES_AFTER
    assert limit.rate_at(later) == 2 * LEAST_RATE
    assert not limit.is_over(later)
    limit.refuse(later)
    assert limit.rate == LEAST_RATE
    assert limit.is_over(limit.until + 6 * timing.LIMIT_DOUBLES_AFTER)
    assert limit.is_over(limit.until + 10**9)


def test_a_clock_that_is_set_back_ends_a_limit():
    limit = refused()
    assert not limit.is_over(NOW - 5)
    assert limit.is_over(NOW - 3600)


# -- slots ----------------------------------------------------------------------------------------


def test_urgent_calls_get_moments_of_their_own_after_the_pause():
    limit = refused()
    moments = [NOW + limit.slot(NOW, is_urgent=True) for _call in range(5)]
    gaps = [later - sooner for sooner, later in itertools.pairwise(moments)]
    assert moments[0] == limit.until
    assert gaps == pytest.approx([1 / FIRST_RATE] * 4)


def test_an_urgent_call_that_comes_alone_does_not_wait():
    limit = refused()
    assert limit.slot(limit.until, is_urgent=True) == 0
    assert limit.slot(limit.until + 1, is_urgent=True) == 0


def test_an_urgent_call_does_not_wait_for_ever():
    limit = refused(retry_after=3600)
    assert limit.slot(NOW, is_urgent=True) == timing.LIMIT_URGENT_MOST
    waits = [limit.slot(NOW, is_urgent=True) for _call in range(1000)]
    assert max(waits) == timing.LIMIT_PAUSE_MOST


def test_questions_wait_for_the_whole_pause():
    limit = refused(retry_after=20)
    assert limit.slot(NOW, is_urgent=False) == pytest.approx(limit.until - NOW)
    assert limit.slot(limit.until, is_urgent=False) == 0


def test_questions_take_a_part_of_the_rate():
    limit, now, asked = refused(), NOW + 10, 0
    limit.until = now
    while now < limit.until + 1:
        asked += limit.slot(now, is_urgent=False) == 0
        now += 0.001
    assert asked == pytest.approx(FIRST_RATE * QUESTION_SHARE, abs=1)


def test_questions_wait_while_urgent_calls_are_queued():
    limit = refused()
    for _call in range(10):
        last = NOW + limit.slot(NOW, is_urgent=True)
    for now in (NOW, limit.until, last):
        assert limit.slot(now, is_urgent=False) > 0
    wait = limit.slot(last, is_urgent=False)
    assert limit.slot(last + wait, is_urgent=False) == 0


def test_a_question_that_may_not_be_asked_reserves_nothing():
    limit = refused()
    before = Limit(**vars(limit))
    for _question in range(10):
        limit.slot(NOW, is_urgent=False)
    assert limit == before


def test_an_urgent_call_waits_for_one_question_at_most():
    limit = refused()
    now = limit.until
    assert limit.slot(now, is_urgent=False) == 0
    assert limit.slot(now, is_urgent=True) <= 1 / FIRST_RATE


# -- a shop with a hundred tills ------------------------------------------------------------------


class Shop:
    """Tills that all sell at once, and a Viva that takes so many calls per second."""

    def __init__(self, tills, per_second, retry_after, seed):
        self.chance = random.Random(seed)
        self.per_second = per_second
        self.retry_after = retry_after
        self.limit = None
        self.served = deque()
        self.refusals = 0
        self.steps = [(self.chance.uniform(0, 2), number, "start") for number in range(tills)]
        heapq.heapify(self.steps)
        self.begun, self.sent, self.paid, self.known = {}, {}, {}, {}

    def run(self):
        """Let all tills sell; the moments are there by till then."""
        for _step in range(MOST_STEPS):
            if not self.steps:
                return
            now, till, step = heapq.heappop(self.steps)
            getattr(self, step)(now, till)
        raise AssertionError("It never ends")

    def then(self, moment, till, step):
        heapq.heappush(self.steps, (moment, till, step))

    def slot(self, now, is_urgent):
        if self.limit and self.limit.is_over(now):
            self.limit = None
        return self.limit.slot(now, is_urgent) if self.limit else 0.0

    def start(self, now, till):
        self.begun[till] = now
        self.then(now + self.slot(now, is_urgent=True), till, "send")

    def send(self, now, till):
        if self.take(now):
            self.sent[till] = now
            self.paid[till] = now + self.chance.uniform(2, 10)
            self.then(now + 1, till, "ask")
        else:
            self.then(now + self.slot(now, is_urgent=True), till, "send")

    def ask(self, now, till):
        is_asked = self.slot(now, is_urgent=False) == 0 and self.take(now)
        if is_asked and now > self.paid[till]:
            self.known[till] = now
        else:
            self.then(now + self.chance.uniform(1, 1.2), till, "ask")

    def take(self, now):
        while self.served and self.served[0] <= now - 1:
            self.served.popleft()
        if len(self.served) < self.per_second:
            self.served.append(now)
            return True
        self.refusals += 1
        self.limit = self.limit or Limit()
        self.limit.refuse(now, self.retry_after)
        return False


@pytest.mark.parametrize("per_second", [5, 15, 40])
@pytest.mark.parametrize("retry_after", [None, 1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_tills(per_second, retry_after, seed):
    shop = Shop(100, per_second, retry_after, seed)
    shop.run()
    slowest = max(shop.sent[till] - shop.begun[till] for till in shop.begun)
    assert slowest < timing.RESEND_UNTIL
    assert max(shop.known[till] - shop.begun[till] for till in shop.begun) < timing.UNKNOWN_AFTER


# -- what this process has heard ------------------------------------------------------------------


def test_looking_now_and_then(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(throttle.time, "monotonic", lambda: now[0])
    throttle.forget()
    assert throttle.must_look("m")
    throttle.note("m", is_limited=False)
    assert not throttle.must_look("m")
    assert throttle.must_look("other")
    now[0] += timing.LIMIT_LOOK_INTERVAL
    assert throttle.must_look("m")
    throttle.note("m", is_limited=False)
    throttle.note("m", is_limited=True)
    assert throttle.must_look("m")
    throttle.note("m", is_limited=False)
    throttle.forget()
    assert throttle.must_look("m")


# -- what Viva says -------------------------------------------------------------------------------


@pytest.fixture
def sim():
    with Simulator(clock=ManualClock()) as simulator:
        yield simulator
    connections.close_connections()
    tokens.forget_tokens()


@pytest.fixture
def viva(sim):
    settings = sim.state()["settings"]
    names = ("merchant_id", "api_key", "client_id", "client_secret")
    return VivaClient(Credentials(*(settings[name] for name in names)), Hosts.simulator(sim.url))


def sell(viva):
    request = PaymentRequest(
        session_id=SESSION, terminal_id=TERMINAL, cash_register_id="1", amount=100,
        currency_code="978", merchant_reference="r",
    )  # fmt: skip
    return viva.start_sale(request)


def test_simulator_refuses_what_is_too_much(sim, viva):
    sim.configure(calls_per_second=3, retry_after=0.5)
    assert sell(viva).status == 200  # after a token: two calls
    assert viva.read_session(SESSION).status == 202
    reply = viva.read_session(SESSION)
    assert (reply.status, reply.retry_after, reply.is_throttled) == (429, 0.5, True)
    assert outcome.from_abort(viva.abort_session(SESSION, "1")) == "throttled"
    result = outcome.from_request(sell(viva))
    assert (result.state, result.retry_after) == ("throttled", 0.5)
    sim.configure(retry_after=0)
    assert outcome.from_request(sell(viva)).retry_after is None
    sim.clock.advance(1)
    assert viva.read_session(SESSION).status == 202


def test_a_token_that_is_refused_for_too_many_calls(sim, viva):
    for answer in ({"status": 429}, {"status": 503, "headers": {"Retry-After": "4"}}):
        sim.add_faults({"operation": "token", "action": "answer", "body": {}, **answer})
        reply = sell(viva)
        assert (reply.sent, reply.is_throttled) == (False, True)
        assert outcome.from_request(reply).state == "throttled"
    assert sell(viva).status == 200
