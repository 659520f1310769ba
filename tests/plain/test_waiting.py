"""Calls to Viva that keep nobody waiting: where an answer goes, and for how long it is waited for."""

import threading

import pytest

from viva import timing, waiting
from viva.waiting import QUESTION, REQUEST, Call, Patience

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
    monkeypatch.setattr(waiting, "_patience", Patience())
    monkeypatch.setattr(waiting, "_questions", threading.BoundedSemaphore(waiting.MOST_QUESTIONS))


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
    call = Call(REQUEST, viva.call, viva.late)
    assert call.start()
    assert call.wait(LONG) == (True, "answer")
    join_calls()
    assert viva.late_answers == []


def test_late_answer_is_taken_up_once(viva):
    call = Call(REQUEST, viva.call, viva.late)
    call.start()
    assert call.wait(0) == (False, None)
    viva.may_answer.set()
    assert viva.was_late.wait(LONG)
    join_calls()
    assert viva.late_answers == ["answer"]


def test_every_answer_goes_exactly_one_way():
    for _attempt in range(300):
        late = []
        call = Call(REQUEST, lambda: "answer", late.append)
        call.start()
        is_here, _answer = call.wait(0)
        join_calls()
        assert [is_here] + [True for _ in late] in ([True], [False, True])


def test_answer_that_is_left_is_taken_up_once_however_fast_it_was():
    for _attempt in range(300):
        late = []
        call = Call(REQUEST, lambda: "answer", late.append)
        call.leave()
        call.start()
        join_calls()
        assert late == ["answer"]


def test_answer_that_is_left_can_be_taken_up_before_anything_else_happens(viva):
    viva.may_answer.set()
    call = Call(REQUEST, viva.call, viva.late)
    call.leave()
    assert call.start(in_thread=False)
    assert viva.late_answers == ["answer"]


def test_failure_reaches_the_one_who_waits(viva):
    def work():
        raise ValueError("a mistake of ours")

    call = Call(REQUEST, work, viva.late)
    call.start()
    with pytest.raises(ValueError, match="mistake"):
        call.wait(LONG)


def test_failure_that_nobody_waits_for_is_logged(viva, caplog):
    def work():
        viva.call()
        raise ValueError("a mistake of ours")

    call = Call(REQUEST, work, viva.late)
    call.start()
    call.wait(0)
    viva.may_answer.set()
    join_calls()
    assert viva.late_answers == []
    assert "a mistake of ours" in caplog.text


def test_failure_to_take_up_is_logged(viva, caplog):
    def late(_answer):
        raise ValueError("no database")

    call = Call(QUESTION, viva.call, late)
    call.start()
    call.wait(0)
    viva.may_answer.set()
    join_calls()
    assert "no database" in caplog.text
    assert Call(QUESTION, viva.call, viva.late).start()


def test_questions_are_limited_and_requests_are_not(viva):
    calls = [Call(QUESTION, viva.call, viva.late) for _n in range(waiting.MOST_QUESTIONS + 1)]
    assert [call.start() for call in calls] == [True] * waiting.MOST_QUESTIONS + [False]
    assert Call(REQUEST, viva.call, viva.late).start()
    viva.may_answer.set()
    join_calls()
    again = Call(QUESTION, viva.call, viva.late)
    assert again.start()
    assert again.wait(LONG) == (True, "answer")


def test_patience_of_a_worker_is_a_part_of_its_time():
    clock = FakeClock()
    patience = Patience(clock)
    assert patience.seconds(REQUEST, is_shared=True) == timing.PATIENCE
    patience.spend(waiting.SAVED)
    assert patience.seconds(REQUEST, is_shared=True) == 0
    clock.now += 1
    assert patience.seconds(REQUEST, is_shared=True) == pytest.approx(waiting.SHARE)
    clock.now += 1000
    assert patience.seconds(REQUEST, is_shared=True) == timing.PATIENCE
    patience.spend(waiting.SAVED)
    assert patience.seconds(REQUEST, is_shared=True) == 0


def test_patience_of_a_thread_is_not_used_up():
    patience = Patience(FakeClock())
    patience.spend(1000)
    assert patience.seconds(REQUEST, is_shared=False) == timing.PATIENCE


def test_nobody_waits_while_viva_is_slow():
    patience = Patience(FakeClock())
    patience.judge(REQUEST, timing.PATIENCE)
    for is_shared in (True, False):
        assert patience.seconds(REQUEST, is_shared) == 0
        assert patience.seconds(QUESTION, is_shared) == timing.PATIENCE
    patience.judge(REQUEST, 0.5)
    assert patience.seconds(REQUEST, is_shared=True) == timing.PATIENCE


def test_waiting_in_vain_makes_impatient(viva, monkeypatch):
    monkeypatch.setattr(timing, "PATIENCE", 0.01)
    call = Call(REQUEST, viva.call, viva.late)
    call.start()
    assert call.wait(0.01) == (False, None)
    assert waiting.patience().seconds(REQUEST, is_shared=False) == 0
    viva.may_answer.set()
    join_calls()
    quick = Call(REQUEST, lambda: "answer", viva.late)
    monkeypatch.setattr(timing, "PATIENCE", LONG)
    quick.start()
    quick.wait(LONG)
    assert waiting.patience().seconds(REQUEST, is_shared=False) == LONG


def test_not_waiting_says_nothing_about_viva(viva):
    call = Call(REQUEST, viva.call, viva.late)
    call.start()
    call.wait(0)
    assert waiting.patience().seconds(REQUEST, is_shared=False) == timing.PATIENCE
