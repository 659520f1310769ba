import threading
import time

import pytest
from fake_viva import BUSY_SECONDS, CREDENTIALS, DROP, PATIENCE, SALE, SESSION, in_threads

from viva import const, timing
from viva.account import Credentials, Hosts
from viva.client import VivaClient
from viva.reply import Reply

pytestmark = pytest.mark.usefixtures("clean_process")


def test_a_token_serves_until_it_is_renewed_early(fake, viva, clock):
    for _call in range(3):
        viva.read_session(SESSION)
    assert fake.tokens == 1
    clock.now += 3600 - timing.TOKEN_RENEW_EARLY_SECONDS - 1
    viva.read_session(SESSION)
    assert fake.tokens == 1
    clock.now += 2
    viva.read_session(SESSION)
    assert fake.tokens == 2
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-2"


def test_a_token_of_a_short_life_is_used_for_half_of_it(fake, viva, clock):
    fake.expires_in = 4
    viva.read_session(SESSION)
    clock.now += 1.9
    viva.read_session(SESSION)
    assert fake.tokens == 1
    clock.now += 0.2
    viva.read_session(SESSION)
    assert fake.tokens == 2


@pytest.mark.parametrize("life", [None, "3600", -1, 0, float("nan"), True, [], 10**12])
def test_a_token_without_a_sensible_life_gets_a_cautious_one(fake, viva, clock, life):
    fake.expires_in = life
    viva.read_session(SESSION)
    clock.now += timing.TOKEN_DEFAULT_LIFE_SECONDS - timing.TOKEN_RENEW_EARLY_SECONDS + 1
    viva.read_session(SESSION)
    assert fake.tokens == 2


def test_tokens_belong_to_their_credentials(fake, viva):
    viva.read_session(SESSION)
    other = Credentials("merchant-id", "api-key-value", "client-id", "another-secret")
    VivaClient(other, Hosts.simulator(fake.url)).read_session(SESSION)
    VivaClient(CREDENTIALS, Hosts.simulator(fake.url)).read_session(SESSION)
    assert fake.tokens == 2


@pytest.mark.parametrize("status", [400, 401])
def test_refused_credentials_are_not_hammered(fake, viva, clock, status):
    fake.on(const.PATH_TOKEN, (status, {}, {"error": "invalid_client"}))
    for _call in range(3):
        reply = viva.start_sale(SALE)
        assert (reply.sent, reply.problem) == (False, "credentials")
    assert len(fake.seen) == 1
    clock.now += timing.TOKEN_RETRY_SECONDS + 1
    del fake.plans[const.PATH_TOKEN]
    assert viva.start_sale(SALE).status == 200


@pytest.mark.parametrize(
    "answer",
    [(500, {}, b"<html>"), (502, {}, {}), (200, {}, b"<html>"), (200, {}, []), (200, {}, {}),
     (200, {}, {"access_token": None}), (200, {}, {"access_token": "a\r\nX-Evil: 1"}),
     (400, {}, b""),
     (200, {}, {"access_token": "é"}), (200, {}, {"access_token": ""}),
     (302, {"Location": "/x"}, b""), DROP],
)  # fmt: skip
def test_no_token_means_not_sent(fake, viva, answer):
    fake.on(const.PATH_TOKEN, answer)
    assert viva.start_sale(SALE) == Reply(sent=False, problem="no_token")
    assert not fake.calls(const.PATH_SALE)


def test_a_failing_renewal_leaves_the_old_token_in_use_and_is_not_hammered(fake, viva, clock):
    viva.read_session(SESSION)
    clock.now += 3600 - timing.TOKEN_RENEW_EARLY_SECONDS + 1
    fake.on(const.PATH_TOKEN, (503, {}, b""))
    for _call in range(3):
        assert viva.read_session(SESSION).status == 200
    assert len(fake.calls(const.PATH_TOKEN)) == 2
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-1"
    clock.now += timing.TOKEN_RENEW_EARLY_SECONDS
    assert viva.read_session(SESSION).sent is False


def token_that_waits_for_a_second_one(fake, answer):
    """Hold back the token until somebody asks for another one, or half a second without that."""
    asked = threading.Semaphore(0)

    def token(_seen):
        asked.release()
        if len(fake.calls(const.PATH_TOKEN)) == 1:
            asked.acquire(timeout=PATIENCE)
            asked.acquire(timeout=0.5)
        return answer

    fake.on(const.PATH_TOKEN, token)


def test_twenty_threads_fetch_one_token(fake, viva):
    token_that_waits_for_a_second_one(fake, (200, {}, {"access_token": "t", "expires_in": 3600}))
    replies = in_threads(20, lambda: viva.read_session(SESSION))
    assert [reply.status for reply in replies] == [200] * 20
    assert len(fake.calls(const.PATH_TOKEN)) == 1


def test_twenty_threads_share_one_failure(fake, viva):
    token_that_waits_for_a_second_one(fake, (503, {}, b""))
    replies = in_threads(20, lambda: viva.read_session(SESSION))
    assert replies == [Reply(sent=False, problem="no_token")] * 20
    assert len(fake.calls(const.PATH_TOKEN)) == 1


def test_others_use_the_old_token_while_one_renews(fake, viva, clock):
    viva.read_session(SESSION)
    clock.now += 3600 - timing.TOKEN_RENEW_EARLY_SECONDS + 1
    renewing, release = threading.Event(), threading.Event()

    def token(_seen):
        renewing.set()
        release.wait(PATIENCE)
        return 200, {}, {"access_token": "new", "expires_in": 3600}

    fake.on(const.PATH_TOKEN, token)
    thread = threading.Thread(target=viva.read_session, args=[SESSION])
    thread.start()
    assert renewing.wait(PATIENCE)
    other = threading.Thread(target=viva.read_session, args=[SESSION])
    other.start()
    other.join(PATIENCE / 4)
    assert not other.is_alive(), "waited for the renewal with a good token at hand"
    assert fake.seen[-1].headers["Authorization"] == "Bearer token-1"
    release.set()
    thread.join(PATIENCE)
    assert fake.seen[-1].headers["Authorization"] == "Bearer new"


def test_a_waiter_gives_up_in_time(fake, viva, monkeypatch):
    monkeypatch.setattr(timing, "QUICK_SECONDS", 0.2)
    fetching, release = threading.Event(), threading.Event()

    def token(_seen):
        fetching.set()
        release.wait(PATIENCE)
        return 200, {}, {"access_token": "t"}

    fake.on(const.PATH_TOKEN, token)
    thread = threading.Thread(target=viva.read_session, args=[SESSION])
    thread.start()
    assert fetching.wait(PATIENCE)
    assert viva.read_session(SESSION, quick=True) == Reply(sent=False, problem="no_token")
    release.set()
    thread.join(PATIENCE)


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_missing_credentials_are_refused_here(fake, missing):
    credentials = Credentials(**{**CREDENTIALS.__dict__, missing: ""})
    viva = VivaClient(credentials, Hosts.simulator(fake.url))
    assert viva.start_sale(SALE) == Reply(sent=False, problem="credentials")
    assert not fake.seen


def test_a_token_that_comes_too_late_is_not_used(fake, viva, clock):
    viva.read_session(SESSION)
    usable_until = clock.now + 3600 - timing.TOKEN_UNUSABLE_SECONDS

    def slow(_seen):
        # The old one would still do, if it were not too late.
        clock.now += timing.REQUEST_STARTS_WITHIN + 0.1
        return 200, {}, {"access_token": "new"}

    clock.now = usable_until - timing.REQUEST_STARTS_WITHIN - 1
    fake.on(const.PATH_TOKEN, slow)
    assert viva.start_sale(SALE) == Reply(sent=False, problem="no_token")
    assert not fake.calls(const.PATH_SALE)


def test_the_wait_for_another_thread_counts(fake, viva, hurry):
    """Whoever waited for a fetch that failed has no more time than is left for an own one."""
    fetching, release = threading.Event(), threading.Event()

    def token(_seen):
        fetching.set()
        release.wait(PATIENCE)
        return DROP

    fake.on(const.PATH_TOKEN, token)
    thread = threading.Thread(target=viva.start_sale, args=[SALE])
    thread.start()
    assert fetching.wait(PATIENCE)
    begun = time.monotonic()
    reply = viva.start_sale(SALE)
    assert time.monotonic() - begun < timing.REQUEST_STARTS_WITHIN + BUSY_SECONDS
    assert not reply.sent
    assert not fake.calls(const.PATH_SALE)
    release.set()
    thread.join(PATIENCE)
