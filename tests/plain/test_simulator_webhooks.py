"""Webhooks of the simulated Viva: shapes, switches, order, copies, and never in the way."""

import json
import threading

import pytest
from werkzeug.wrappers import Response

from simulator import ManualClock, Simulator
from simulator.server import Server
from simulator.testing import TERMINAL, Till


class Receiver:
    """An Odoo that only writes down what it is told."""

    def __init__(self):
        self.messages = []
        self.headers = []
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self._server = Server("127.0.0.1", 0, self._handle)
        self._server.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?token=secret"

    def stop(self):
        self.gate.set()
        self._server.stop()

    def _handle(self, request):
        self.gate.wait(10)
        self.messages.append(json.loads(request.get_data()))
        self.headers.append(dict(request.headers))
        return Response("", status=self.status)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def sim(clock, receiver):
    with Simulator(clock=clock, webhook_url=receiver.url) as simulator:
        yield simulator


@pytest.fixture
def till(sim):
    till = Till(sim.url)
    till.login()
    yield till
    till.close()


def delivered(sim, count):
    """Wait until so many deliveries are over, and return them."""

    def over(sim):
        deliveries = sim.deliveries()
        return len(deliveries) >= count and all(d["seconds"] is not None for d in deliveries)

    assert sim.wait_for(over), sim.deliveries()
    return sim.deliveries()


def types(receiver):
    return [message["EventTypeId"] for message in receiver.messages]


def test_success_sends_1796_and_1802(till, sim, receiver):
    session_id = till.sale(amount=229, merchantReference="a/1")
    sim.tap(TERMINAL, tip=71)
    delivered(sim, 2)
    payment, session = receiver.messages
    assert types(receiver) == [1796, 1802]

    data = payment["EventData"]
    assert data["Amount"] == 3.0
    assert data["TipAmount"] == 0.71
    assert data["TerminalId"] == 16000001
    assert data["MerchantTrns"] == "a/1"
    assert data["TransactionId"] == sim.ledger()[0]["transaction_id"]
    assert isinstance(data["OrderCode"], int)
    assert isinstance(data["RetrievalReferenceNumber"], str)
    assert data["CurrencyCode"] == "978"
    assert data["Systemic"] is False
    assert "SessionId" not in data

    data = session["EventData"]
    assert (data["SessionId"], data["TerminalId"]) == (session_id, TERMINAL)
    assert (data["Amount"], data["TipAmount"]) == (300, 71)
    assert (data["Success"], data["EventId"]) == (True, 0)


def test_envelope(till, sim, receiver):
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    message = receiver.messages[0]
    assert {
        "Url",
        "EventData",
        "Created",
        "CorrelationId",
        "EventTypeId",
        "Delay",
        "MessageId",
        "RecipientId",
        "MessageTypeId",
    } <= set(message)
    assert message["Url"] == receiver.url
    assert receiver.messages[0]["MessageId"] != receiver.messages[1]["MessageId"]
    assert "User-Agent" not in receiver.headers[0]
    assert receiver.headers[0]["Content-Type"].startswith("application/json")


def test_decline_sends_1798_and_1803(till, sim, receiver):
    till.sale()
    sim.decline(TERMINAL)
    delivered(sim, 2)
    assert types(receiver) == [1798, 1803]
    assert receiver.messages[0]["EventData"]["Amount"] == 12.5
    assert "SessionId" not in receiver.messages[0]["EventData"]
    assert receiver.messages[1]["EventData"]["Success"] is False


def test_cancel_and_time_out_send_only_1803(till, sim, receiver, clock):
    till.sale()
    sim.cancel(TERMINAL)
    till.sale()
    clock.advance(60)
    delivered(sim, 2)
    assert types(receiver) == [1803, 1803]


def test_refund_sends_1797_with_a_negative_amount(till, sim, receiver):
    session_id = till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    till.start("refund", parentSessionId=session_id, amount=500)
    sim.tap(TERMINAL)
    delivered(sim, 4)
    message = next(m for m in receiver.messages if m["EventTypeId"] == 1797)
    assert message["EventData"]["Amount"] == -5.0
    assert message["EventData"]["ParentId"] == sim.ledger()[0]["transaction_id"]
    assert message["EventData"]["Systemic"] is False


def test_reversal_sends_1797_systemic(till, sim, receiver):
    session_id = till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    sim.reverse(session_id)
    delivered(sim, 3)
    data = receiver.messages[2]["EventData"]
    assert (data["Amount"], data["Systemic"]) == (-12.5, True)
    assert data["ParentId"] == sim.ledger()[0]["transaction_id"]


def test_amounts_follow_the_currency(till, sim, receiver):
    till.sale(amount=1234, currencyCode="392")
    sim.tap(TERMINAL)
    delivered(sim, 2)
    till.sale(amount=1234, currencyCode="414")
    sim.tap(TERMINAL)
    delivered(sim, 4)
    amounts = [m["EventData"]["Amount"] for m in receiver.messages if m["EventTypeId"] == 1796]
    assert amounts == [1234.0, 1.234]


def test_events_can_be_switched_off(till, sim, receiver):
    sim.configure(events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 1)
    till.sale()
    sim.cancel(TERMINAL)
    assert types(receiver) == [1796]


def test_copies_have_the_same_message_id(till, sim, receiver):
    sim.configure(webhook_copies=2, events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    first, second = receiver.messages
    assert first["MessageId"] == second["MessageId"]


def test_no_copies_is_no_webhook(till, sim, receiver):
    sim.configure(webhook_copies=0)
    till.sale()
    sim.tap(TERMINAL)
    sim.configure(webhook_copies=1)
    till.sale()
    sim.cancel(TERMINAL)
    delivered(sim, 1)
    assert types(receiver) == [1803]


def test_order_can_be_reversed(till, sim, receiver):
    sim.configure(webhook_order="reversed")
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    assert types(receiver) == [1802, 1796]


def test_delay(till, sim, receiver, clock):
    sim.configure(webhook_delay=30)
    till.sale()
    sim.tap(TERMINAL)
    clock.advance(29)
    assert sim.deliveries() == []
    clock.advance(1)
    delivered(sim, 2)
    assert types(receiver) == [1796, 1802]


def test_several_addresses(till, sim, receiver):
    other = Receiver()
    sim.configure(webhook_urls=[receiver.url, other.url], events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    assert types(receiver) == types(other) == [1796]
    other.stop()


def test_slow_receiver_does_not_hold_up_the_till(till, sim, receiver):
    receiver.gate.clear()
    session_id = till.sale()
    sim.tap(TERMINAL)
    assert till.session(session_id).json()["success"] is True
    assert till.session(till.sale()).status_code == 202
    receiver.gate.set()
    delivered(sim, 2)


def test_webhook_before_the_reply_of_the_sale(till, sim, receiver, clock):
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


def test_failed_delivery_is_recorded_and_repeated_on_demand(till, sim, receiver):
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


def test_unreachable_receiver(till, sim, receiver):
    sim.configure(webhook_url="http://127.0.0.1:1/", events=[1796])
    till.sale()
    sim.tap(TERMINAL)
    (delivery,) = delivered(sim, 1)
    assert delivery["status"] is None
    assert "ConnectionRefusedError" in delivery["error"]


def test_fault_rule_keeps_a_webhook_away(till, sim, receiver):
    sim.add_faults({"operation": "webhook", "event_type": 1796, "action": "drop_before"})
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 1)
    assert types(receiver) == [1802]


def test_endless_202_sends_no_session_event(till, sim, receiver):
    sim.set_terminal(TERMINAL, endless_202=True)
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 1)
    assert types(receiver) == [1796]
