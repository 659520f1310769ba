"""The messages of webhooks."""

import pytest

from simulator import Simulator
from simulator.testing import TERMINAL


@pytest.fixture
def sim(clock, receiver):
    with Simulator(clock=clock, webhook_url=receiver.url) as simulator:
        yield simulator


def types(receiver):
    return [message["EventTypeId"] for message in receiver.messages]


def test_success_sends_1796_and_1802(till, sim, receiver, delivered):
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


def test_envelope(till, sim, receiver, delivered):
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


def test_decline_sends_1798_and_1803(till, sim, receiver, delivered):
    till.sale()
    sim.decline(TERMINAL)
    delivered(sim, 2)
    assert types(receiver) == [1798, 1803]
    assert receiver.messages[0]["EventData"]["Amount"] == 12.5
    assert "SessionId" not in receiver.messages[0]["EventData"]
    assert receiver.messages[1]["EventData"]["Success"] is False


def test_cancel_and_time_out_send_only_1803(till, sim, receiver, clock, delivered):
    till.sale()
    sim.cancel(TERMINAL)
    till.sale()
    clock.advance(60)
    delivered(sim, 2)
    assert types(receiver) == [1803, 1803]


def test_refund_sends_1797_with_a_negative_amount(till, sim, receiver, delivered):
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


def test_reversal_sends_1797_systemic(till, sim, receiver, delivered):
    session_id = till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 2)
    sim.reverse(session_id)
    delivered(sim, 3)
    data = receiver.messages[2]["EventData"]
    assert (data["Amount"], data["Systemic"]) == (-12.5, True)
    assert data["ParentId"] == sim.ledger()[0]["transaction_id"]


def test_amounts_follow_the_currency(till, sim, receiver, delivered):
    till.sale(amount=1234, currencyCode="392")
    sim.tap(TERMINAL)
    delivered(sim, 2)
    till.sale(amount=1234, currencyCode="414")
    sim.tap(TERMINAL)
    delivered(sim, 4)
    amounts = [m["EventData"]["Amount"] for m in receiver.messages if m["EventTypeId"] == 1796]
    assert amounts == [1234.0, 1.234]


def test_endless_202_sends_no_session_event(till, sim, receiver, delivered):
    sim.set_terminal(TERMINAL, endless_202=True)
    till.sale()
    sim.tap(TERMINAL)
    delivered(sim, 1)
    assert types(receiver) == [1796]
