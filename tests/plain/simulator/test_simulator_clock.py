"""The real clock, and the one that is turned by hand."""

import threading

from simulator import Clock, ManualClock


def test_real_clock_runs_what_is_due_in_order():
    clock = Clock()
    done = threading.Event()
    order = []
    clock.call_later(0.05, lambda: (order.append("late"), done.set()))
    clock.call_later(0, lambda: order.append("soon"))
    cancel = clock.call_later(0.02, lambda: order.append("cancelled"))
    cancel()
    assert done.wait(10)
    assert order == ["soon", "late"]
    clock.stop()


def test_the_clock_says_when_something_is_due():
    clock = ManualClock(1000.0)
    assert clock.next_due() is None
    cancel = clock.call_later(5, lambda: None)
    clock.call_later(9, lambda: None)
    assert clock.next_due() == 1005
    cancel()
    assert clock.next_due() == 1009
    clock.advance(9)
    assert clock.next_due() is None
