"""Delivery of webhooks: switches, order, copies, and never in the way."""

import threading

import pytest

from simulator import Simulator
from simulator.testing import TERMINAL, Till


@pytest.fixture
def sim(clock, receiver):
    with Simulator(clock=clock, webhook_url=receiver.url) as simulator:
        yield simulator


@pytest.mark.parametrize(("copies", "times"), [(0, 0), (1, 1), (2, 2)])
def test_notifications_are_handed_over_in_place_of_being_sent(clock, copies, times):
    told = []
    handed_over = {"on_webhook": lambda *told_of: told.append(told_of), "webhook_copies": copies}
    with Simulator(clock=clock, webhook_url="http://127.0.0.1:9/", **handed_over) as simulator:
        till = Till(simulator.url)
        till.login()
        till.sale()
        simulator.tap(TERMINAL)
        till.close()
        assert simulator.deliveries() == []
    types = [message["EventTypeId"] for _terminal, message in told]
    assert sorted(types) == sorted([1796, 1802] * times)
    assert {terminal for terminal, _message in told} <= {TERMINAL}


def types(receiver):
    return [message["EventTypeId"] for message in receiver.messages]


def test_events_can_be_switched_off(till, sim, receiver, delivered):
    sim.configure(events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 1)
    till.sale()
    sim.cancel(TERMINAL)
    assert types(receiver) == [1796]


def test_copies_have_the_same_message_id(till, sim, receiver, delivered):
    sim.configure(webhook_copies=2, events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    first, second = receiver.messages
    assert first["MessageId"] == second["MessageId"]


def test_no_copies_is_no_webhook(till, sim, receiver, delivered):
    sim.configure(webhook_copies=0)
    till.sale()
    sim.tap(TERMINAL)
    sim.configure(webhook_copies=1)
    till.sale()
    sim.cancel(TERMINAL)
    delivered(sim, 1)
    assert types(receiver) == [1803]


def test_order_can_be_reversed(till, sim, receiver, delivered):
    sim.configure(webhook_order="reversed")
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    assert types(receiver) == [1802, 1796]


def test_delay(till, sim, receiver, clock, delivered):
    sim.configure(webhook_delay=30)
    till.sale()
    sim.tap(TERMINAL)
    clock.advance(29)
    assert sim.deliveries() == []
    clock.advance(1)
    delivered(sim, 2)
    assert types(receiver) == [1796, 1802]


def test_several_addresses(till, sim, receiver, new_receiver, delivered):
    other = new_receiver()
    sim.configure(webhook_urls=[receiver.url, other.url], events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    assert types(receiver) == types(other) == [1796]


def test_slow_receiver_does_not_hold_up_the_till(till, sim, receiver, delivered):
    receiver.gate.clear()
    session_id = till.sale()
    sim.tap(TERMINAL)
    assert till.session(session_id).json()["success"] is True
    assert till.session(till.sale()).status_code == 202
    receiver.gate.set()
    delivered(sim, 2)


def test_webhook_before_the_reply_of_the_sale(till, sim, receiver, clock, delivered):
    sim.set_terminal(TERMINAL, autopilot={"outcome": "approve"})
    sim.add_faults({"operation": "sale", "action": "after_webhooks", "seconds": 10})
    replies = []
    thread = threading.Thread(target=lambda: replies.append(till.start()[1]))
    thread.start()
    assert sim.wait_for(lambda sim: sim.sessions())
    assert replies == []
    clock.advance(0)
    delivered(sim, 2)
    thread.join(10)
    assert replies[0].status_code == 200
    assert types(receiver) == [1796, 1802]


def test_failed_delivery_is_recorded_and_repeated_on_demand(till, sim, receiver, delivered):
    receiver.status = 302
    sim.configure(events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    (delivery,) = delivered(sim, 1)
    assert (delivery["status"], delivery["event_type"]) == (302, 1796)
    receiver.status = 200
    assert sim.redeliver() == 1
    _first, again = delivered(sim, 2)
    assert again["status"] == 200
    assert again["retry_count"] == 1
    assert again["message_id"] == delivery["message_id"]
    assert sim.redeliver() == 0
    assert sim.redeliver(delivery["id"]) == 1
    delivered(sim, 3)


def test_unreachable_receiver(till, sim, receiver, delivered):
    sim.configure(webhook_url="http://127.0.0.1:1/", events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    (delivery,) = delivered(sim, 1)
    assert delivery["status"] is None
    assert "Connection refused" in delivery["error"]


def test_fault_rule_keeps_a_webhook_away(till, sim, receiver, delivered):
    sim.add_faults({"operation": "webhook", "event_type": 1796, "action": "drop_before"})
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 1)
    assert types(receiver) == [1802]
