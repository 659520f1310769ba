"""Terminals and customers: time-outs, busy and sleeping terminals, late success, autopilot."""

import threading

import pytest

from simulator import Simulator, SimulatorError
from simulator.testing import TERMINAL, Till


def outcome(till, session_id):
    body = till.session(session_id).json()
    return body["success"], body["eventId"]


def test_session_times_out(till, clock, sim):
    session_id = till.sale()
    clock.advance(59.9)
    assert till.session(session_id).status_code == 202
    clock.advance(0.1)
    assert outcome(till, session_id) == (False, 1003)
    with pytest.raises(SimulatorError, match="shows no payment"):
        sim.tap(TERMINAL)


def test_session_seconds_can_be_set(till, clock, sim):
    sim.configure(session_seconds=5)
    session_id = till.sale()
    clock.advance(5)
    assert outcome(till, session_id) == (False, 1003)


def test_cancel_on_the_terminal(till, sim):
    session_id = till.sale()
    sim.cancel(TERMINAL)
    assert outcome(till, session_id) == (False, 1000)


def test_decline_reason_can_be_chosen(till, sim):
    session_id = till.sale()
    sim.decline(TERMINAL, event_id=1020, transaction_event_id=10051)
    body = till.session(session_id).json()
    assert (body["eventId"], body["transactionEventId"]) == (1020, 10051)
    assert body["message"] == "Insufficient funds"


def test_ignore_lets_it_time_out(till, sim, clock):
    session_id = till.sale()
    sim.ignore(TERMINAL)
    assert till.session(session_id).status_code == 202
    clock.advance(60)
    assert outcome(till, session_id) == (False, 1003)


def test_busy_terminal_refuses_the_second_session(till, sim):
    first, second = till.sale(), till.sale()
    assert outcome(till, second) == (False, 1100)
    assert till.session(first).status_code == 202
    sim.tap(TERMINAL)
    assert outcome(till, first) == (True, 0)
    third = till.sale()
    assert till.session(third).status_code == 202


def test_terminals_do_not_disturb_each_other(till, sim):
    first, second = till.sale(), till.sale(terminalId="16000002")
    sim.tap("16000002")
    assert till.session(first).status_code == 202
    assert outcome(till, second) == (True, 0)


def test_sleeping_terminal_never_shows(till, sim, clock):
    sim.set_terminal(TERMINAL, asleep=True)
    session_id = till.sale()
    clock.advance(3600 - 1)
    assert till.session(session_id).status_code == 202
    with pytest.raises(SimulatorError):
        sim.tap(TERMINAL)


def test_woken_terminal_shows_what_was_waiting(till, sim, clock):
    sim.set_terminal(TERMINAL, asleep=True)
    first, second = till.sale(), till.sale()
    clock.advance(300)
    sim.set_terminal(TERMINAL, asleep=False)
    sim.tap(TERMINAL)
    assert outcome(till, first) == (True, 0)
    assert outcome(till, second) == (False, 1100)


def test_abort_reaches_a_sleeping_terminal_when_it_wakes(till, sim, clock):
    sim.set_terminal(TERMINAL, asleep=True)
    session_id = till.sale()
    assert till.abort(session_id).status_code == 200
    clock.advance(100)
    assert till.session(session_id).status_code == 202
    sim.set_terminal(TERMINAL, asleep=False)
    assert outcome(till, session_id) == (False, 1016)


def test_terminal_that_wakes_late(till, sim, clock):
    sim.set_terminal(TERMINAL, wakes_late=90)
    session_id = till.sale()
    clock.advance(89)
    with pytest.raises(SimulatorError):
        sim.tap(TERMINAL)
    clock.advance(1)
    sim.tap(TERMINAL)
    assert outcome(till, session_id) == (True, 0)


def test_endless_202_hides_a_charge(till, sim):
    sim.set_terminal(TERMINAL, endless_202=True)
    session_id = till.sale()
    sim.tap(TERMINAL)
    assert till.session(session_id).status_code == 202
    assert till.call("GET", "/ecr/v1/sessions").json() == []
    assert len(sim.ledger()) == 1
    sim.set_terminal(TERMINAL, endless_202=False)
    assert outcome(till, session_id) == (True, 0)


@pytest.mark.parametrize("act", ["decline", "cancel", "ignore"])
def test_late_success_after_a_failure(till, sim, clock, act):
    session_id = till.sale()
    sim.act(TERMINAL, act, approve_after=30)
    if act == "ignore":
        clock.advance(60)
    assert outcome(till, session_id)[0] is False
    clock.advance(30)
    assert outcome(till, session_id) == (True, 0)
    assert [entry["amount"] for entry in sim.ledger()] == [1250]


def test_late_success_on_demand(till, sim):
    session_id = till.sale()
    with pytest.raises(SimulatorError, match="has not failed"):
        sim.approve_late(session_id)
    sim.cancel(TERMINAL)
    sim.approve_late(session_id, card="amex")
    assert till.session(session_id).json()["bankId"] == "NET_AMEX"
    with pytest.raises(SimulatorError, match="has not failed"):
        sim.approve_late(session_id)


def test_reversal_after_a_success(till, sim, clock):
    session_id = till.sale()
    sim.tap(TERMINAL, reverse_after=5)
    assert sim.ledger()[0]["reversed"] is False
    clock.advance(5)
    (entry,) = sim.ledger()
    assert entry["reversed"] is True
    assert outcome(till, session_id) == (True, 0)
    found = till.web("GET", f"/api/transactions/{entry['transaction_id']}").json()
    assert found["Transactions"][0]["StatusId"] == "X"
    with pytest.raises(SimulatorError, match="no charge"):
        sim.reverse(session_id)


def test_success_of_another_amount(till, sim):
    session_id = till.sale()
    sim.tap(TERMINAL, amount=999)
    assert till.session(session_id).json()["amount"] == 999
    assert sim.ledger()[0]["amount"] == 999


@pytest.mark.parametrize("is_included", [True, False])
def test_surcharge(till, sim, is_included):
    sim.configure(surcharge_in_amount=is_included)
    session_id = till.sale(amount=1000)
    sim.tap(TERMINAL, surcharge=25, tip=100)
    body = till.session(session_id).json()
    assert body["amount"] == (1125 if is_included else 1100)
    assert (body["surchargeAmount"], body["tipAmount"]) == (25, 100)
    assert sim.ledger()[-1]["amount"] == 1125


def test_surcharge_that_is_not_wanted(till, sim):
    session_id = till.sale(amount=1000, skipSurcharge=True)
    sim.tap(TERMINAL, surcharge=25)
    body = till.session(session_id).json()
    assert (body["amount"], body["surchargeAmount"]) == (1000, None)


@pytest.mark.parametrize(("offered", "chosen", "taken"), [(12, 6, 6), (3, 6, 3), (0, 6, 0)])
def test_instalments(till, sim, offered, chosen, taken):
    session_id = till.sale(maxInstalments=offered)
    sim.tap(TERMINAL, instalments=chosen)
    assert till.session(session_id).json()["installments"] == taken


def test_paid_by_qr_code(till, sim):
    session_id = till.sale()
    sim.tap(TERMINAL, card="iris")
    body = till.session(session_id).json()
    assert (body["bankId"], body["authorizationId"], body["panEntryMode"]) == (
        "NET_IRIS", "000000", "00"
    )  # fmt: skip
    assert len(body["retrievalReferenceNumber"]) == 35


def test_wrong_and_missing_fields_in_the_body(till, sim):
    sim.set_terminal(
        TERMINAL,
        body_overrides={"sessionId": "other", "currencyCode": "840"},
        body_without=["transactionId"],
    )
    session_id = till.sale()
    sim.tap(TERMINAL)
    body = till.session(session_id).json()
    assert (body["sessionId"], body["currencyCode"]) == ("other", "840")
    assert "transactionId" not in body


@pytest.mark.parametrize(
    ("amount", "reason"), [(9951, 10051), (9901, 10001), (9999, 10099), (9900, 0), (10000, 0)]
)
def test_demo_declines(till, sim, amount, reason):
    session_id = till.sale(amount=amount)
    sim.tap(TERMINAL)
    body = till.session(session_id).json()
    assert body["success"] is (reason == 0)
    assert body["transactionEventId"] == reason
    assert body["eventId"] == (1006 if reason else 0)


def test_demo_declines_can_be_switched_off(till, sim):
    sim.configure(demo_declines=False)
    session_id = till.sale(amount=9951)
    sim.tap(TERMINAL)
    assert outcome(till, session_id) == (True, 0)


@pytest.mark.parametrize(
    ("autopilot", "expected"),
    [("approve", (True, 0)), ("decline", (False, 1006)), ("cancel", (False, 1000))],
)
def test_autopilot(till, sim, clock, autopilot, expected):
    sim.set_terminal(TERMINAL, autopilot={"outcome": autopilot, "after": 2})
    session_id = till.sale()
    clock.advance(1.9)
    assert till.session(session_id).status_code == 202
    clock.advance(0.1)
    assert outcome(till, session_id) == expected
    clock.advance(100)
    assert outcome(till, session_id) == expected


def test_autopilot_does_not_pay_what_was_aborted(till, sim, clock):
    sim.set_terminal(TERMINAL, autopilot={"outcome": "approve", "after": 2})
    session_id = till.sale()
    till.abort(session_id)
    clock.advance(10)
    assert outcome(till, session_id) == (False, 1016)
    assert sim.ledger() == []


def test_second_tap_charges_nothing(till, sim):
    till.sale()
    sim.tap(TERMINAL)
    with pytest.raises(SimulatorError):
        sim.tap(TERMINAL)
    assert len(sim.ledger()) == 1


def test_a_hundred_terminals_at_once():
    with Simulator(demo_declines=False) as sim:
        ids = [str(17000000 + number) for number in range(100)]
        for terminal_id in ids:
            sim.add_terminal(terminal_id, autopilot={"outcome": "approve", "after": 0.05})
        till = Till(sim.url, timeout=30)
        till.login()
        token = till.http.headers["Authorization"]
        problems = []

        def sell(number, terminal_id):
            own = Till(sim.url, timeout=30)
            own.http.headers["Authorization"] = token
            try:
                own.sale(terminalId=terminal_id, amount=100 + number)
            except Exception as error:  # noqa: BLE001 - reported by the assertion below
                problems.append(error)
            finally:
                own.close()

        threads = [
            threading.Thread(target=sell, args=(number, terminal_id))
            for number, terminal_id in enumerate(ids)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        till.close()
        assert problems == []
        assert sim.wait_for(lambda sim: len(sim.ledger()) == 100, 30)
        assert {entry["terminal_id"]: entry["amount"] for entry in sim.ledger()} == {
            terminal_id: 100 + number for number, terminal_id in enumerate(ids)
        }
