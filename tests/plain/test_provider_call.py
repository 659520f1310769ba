"""Calls to Viva that keep nobody waiting: where an answer goes, and for how long it is waited for."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from viva import provider_call, timing
from viva.provider_call import QUESTION, REQUEST, ProviderCall, WaitBudget

LONG = 10  # seconds; more than any of this takes


class FakeClock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class Viva:
    """Something to call that answers when told to; `late` takes what comes too late."""

    def __init__(self):
        self.may_answer = threading.Event()
        self.was_late = threading.Event()
        self.late_answers = []

    def call(self):
        assert self.may_answer.wait(LONG)
        return "answer"

    def late(self, answer):
        self.late_answers.append(answer)
        self.was_late.set()


@pytest.fixture(autouse=True)
def fresh_process(monkeypatch):
    monkeypatch.setattr(provider_call, "_wait_budget", WaitBudget())
    monkeypatch.setattr(
        provider_call, "_questions", threading.BoundedSemaphore(provider_call.MOST_QUESTIONS)
    )
    monkeypatch.setattr(
        provider_call, "_planned", threading.BoundedSemaphore(provider_call.MOST_LATER)
    )


@pytest.fixture
def viva():
    stand_in = Viva()
    yield stand_in
    stand_in.may_answer.set()


def join_calls():
    for thread in threading.enumerate():
        if thread.name.startswith("viva-wallet-"):
            thread.join(LONG)


def test_answer_in_time(viva):
    viva.may_answer.set()
    call = ProviderCall(REQUEST, viva.call, viva.late)
    assert call.start()
    assert call.wait(LONG) == (True, "answer")
    join_calls()
    assert viva.late_answers == []


def test_late_answer_is_taken_up_once(viva):
    call = ProviderCall(REQUEST, viva.call, viva.late)
    call.start()
    assert call.wait(0) == (False, None)
    viva.may_answer.set()
    assert viva.was_late.wait(LONG)
    join_calls()
    assert viva.late_answers == ["answer"]


def test_every_answer_goes_exactly_one_way():
    for _attempt in range(300):
        late = []
        call = ProviderCall(REQUEST, lambda: "answer", late.append)
        call.start()
        is_here, _answer = call.wait(0)
        join_calls()
        assert [is_here] + [True for _ in late] in ([True], [False, True])


def test_answer_that_is_left_is_taken_up_once_however_fast_it_was():
    for _attempt in range(300):
        late = []
        call = ProviderCall(REQUEST, lambda: "answer", late.append)
        call.detach()
        call.start()
        join_calls()
        assert late == ["answer"]


def test_answer_that_is_left_can_be_taken_up_before_anything_else_happens(viva):
    viva.may_answer.set()
    call = ProviderCall(REQUEST, viva.call, viva.late)
    call.detach()
    assert call.start(in_thread=False)
    assert viva.late_answers == ["answer"]


def test_failure_reaches_the_one_who_waits(viva):
    def work():
        raise ValueError("a mistake of ours")

    call = ProviderCall(REQUEST, work, viva.late)
    call.start()
    with pytest.raises(ValueError, match="mistake"):
        call.wait(LONG)


def test_failure_that_nobody_waits_for_is_logged(viva, caplog):
    def work():
        viva.call()
        raise ValueError("a mistake of ours")

    call = ProviderCall(REQUEST, work, viva.late)
    call.start()
    call.wait(0)
    viva.may_answer.set()
    join_calls()
    assert viva.late_answers == []
    assert "a mistake of ours" in caplog.text


def test_failure_to_take_up_is_logged(viva, caplog):
    def late(_answer):
        raise ValueError("no database")

    call = ProviderCall(QUESTION, viva.call, late)
    call.start()
    call.wait(0)
    viva.may_answer.set()
    join_calls()
    assert "no database" in caplog.text
    assert ProviderCall(QUESTION, viva.call, viva.late).start()


def test_questions_are_limited_and_requests_are_not(viva):
    calls = [
        ProviderCall(QUESTION, viva.call, viva.late)
        for _n in range(provider_call.MOST_QUESTIONS + 1)
    ]
    assert [call.start() for call in calls] == [True] * provider_call.MOST_QUESTIONS + [False]
    assert ProviderCall(REQUEST, viva.call, viva.late).start()
    viva.may_answer.set()
    join_calls()
    again = ProviderCall(QUESTION, viva.call, viva.late)
    assert again.start()
    assert again.wait(LONG) == (True, "answer")


def test_wait_budget_of_a_worker_is_a_part_of_its_time():
    clock = FakeClock()
    budget = WaitBudget(clock)
    assert budget.seconds(REQUEST, is_shared=True) == timing.WAIT_SECONDS
    budget.spend(timing.SAVED_WAIT_SECONDS)
    assert budget.seconds(REQUEST, is_shared=True) == 0
    clock.now += 1
    assert budget.seconds(REQUEST, is_shared=True) == pytest.approx(provider_call.SHARE)
    clock.now += 1000
    assert budget.seconds(REQUEST, is_shared=True) == timing.WAIT_SECONDS
    budget.spend(timing.SAVED_WAIT_SECONDS)
    assert budget.seconds(REQUEST, is_shared=True) == 0


def test_wait_budget_of_a_thread_is_not_used_up():
    budget = WaitBudget(FakeClock())
    budget.spend(1000)
    assert budget.seconds(REQUEST, is_shared=False) == timing.WAIT_SECONDS


def test_nobody_waits_while_viva_is_slow():
    budget = WaitBudget(FakeClock())
    budget.note_duration(REQUEST, timing.WAIT_SECONDS)
    for is_shared in (True, False):
        assert budget.seconds(REQUEST, is_shared) == 0
        assert budget.seconds(QUESTION, is_shared) == timing.WAIT_SECONDS
    budget.note_duration(REQUEST, 0.5)
    assert budget.seconds(REQUEST, is_shared=True) == timing.WAIT_SECONDS


def test_waiting_in_vain_ends_waiting(viva, monkeypatch):
    monkeypatch.setattr(timing, "WAIT_SECONDS", 0.01)
    call = ProviderCall(REQUEST, viva.call, viva.late)
    call.start()
    assert call.wait(0.01) == (False, None)
    assert provider_call.wait_budget().seconds(REQUEST, is_shared=False) == 0
    viva.may_answer.set()
    join_calls()
    quick = ProviderCall(REQUEST, lambda: "answer", viva.late)
    monkeypatch.setattr(timing, "WAIT_SECONDS", LONG)
    quick.start()
    quick.wait(LONG)
    assert provider_call.wait_budget().seconds(REQUEST, is_shared=False) == LONG


def test_not_waiting_says_nothing_about_viva(viva):
    call = ProviderCall(REQUEST, viva.call, viva.late)
    call.start()
    call.wait(0)
    assert provider_call.wait_budget().seconds(REQUEST, is_shared=False) == timing.WAIT_SECONDS


# --- Later ---


class Planned:
    """Work that says where it runs, and ends when told to."""

    def __init__(self):
        self.has_begun = threading.Event()
        self.may_end = threading.Event()
        self.thread = None
        self.moment = None

    def __call__(self):
        self.thread, self.moment = threading.current_thread(), time.monotonic()
        self.has_begun.set()
        assert self.may_end.wait(LONG)


@pytest.mark.parametrize("seconds", [0.1, 0, -5])
def test_later(seconds):
    work, planned_at = Planned(), time.monotonic()
    assert provider_call.run_later(seconds, work)
    assert work.has_begun.wait(LONG)
    assert work.moment >= planned_at + seconds
    assert work.thread is not threading.current_thread()
    assert not work.thread.daemon
    work.may_end.set()
    join_calls()


def test_not_too_much_is_planned(monkeypatch):
    monkeypatch.setattr(provider_call, "_planned", threading.BoundedSemaphore(2))
    running = Planned()
    assert provider_call.run_later(0, running)
    assert running.has_begun.wait(LONG)
    assert provider_call.run_later(LONG, Planned())
    assert not provider_call.run_later(0, Planned())
    running.may_end.set()
    join_calls()
    assert provider_call.run_later(LONG, Planned())


def test_work_that_fails_makes_room(monkeypatch, caplog):
    monkeypatch.setattr(provider_call, "_planned", threading.BoundedSemaphore(1))
    failed = threading.Event()

    def fail():
        failed.set()
        raise ValueError("planned badly")

    assert provider_call.run_later(0, fail)
    assert failed.wait(LONG)
    join_calls()
    assert "planned badly" in caplog.text
    assert provider_call.run_later(LONG, fail)


def run_to_its_end(script):
    """Return what a process prints, and how long it took."""
    root = Path(provider_call.__file__).parents[1]
    begun = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-c", "from viva import provider_call\n" + script],
        cwd=root, check=True, timeout=LONG * 3, capture_output=True, text=True,
    )  # fmt: skip
    return process.stdout, process.stderr, time.monotonic() - begun


def test_a_process_that_ends_does_not_wait_for_what_has_not_begun():
    out, err, seconds = run_to_its_end(
        f"for number in range(50): assert provider_call.run_later({LONG * 2}, print)"
    )
    assert (out, err) == ("", "")
    assert seconds < LONG


def test_a_process_that_ends_waits_for_what_has_begun():
    script = """
import threading, time
begun = threading.Event()
def work():
    begun.set()
    time.sleep(0.5)
    print("done")
provider_call.run_later(0, work)
begun.wait()
"""
    assert run_to_its_end(script)[0] == "done\n"


def test_a_call_that_a_daemon_makes_is_waited_for():
    script = """
import threading, time
begun = threading.Event()
def work():
    begun.set()
    time.sleep(0.5)
    print("done")
def make():
    call = provider_call.ProviderCall(provider_call.REQUEST, work, print)
    call.detach()
    call.start()
threading.Thread(target=make, daemon=True).start()
begun.wait()
"""
    assert run_to_its_end(script)[0] == "done\nNone\n"
