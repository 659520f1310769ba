"""The ledger: what can be undone."""

import pytest

from simulator import SimulatorError
from simulator.testing import TERMINAL


def test_a_web_refund_can_be_undone(till, sim):
    till.sale()
    sim.tap(TERMINAL)
    sale = sim.ledger()[0]["transaction_id"]
    till.web("DELETE", f"/api/transactions/{sale}", params={"amount": 1250})
    refund = sim.ledger()[1]["transaction_id"]
    sim.undo(refund)
    assert [move["reversed"] for move in sim.ledger()] == [False, True]
    # The money is back with the shop, so it can be paid back once more.
    again = till.web("DELETE", f"/api/transactions/{sale}", params={"amount": 1250})
    assert again.json()["Success"] is True


@pytest.mark.parametrize("times", [0, 1])
def test_only_what_stands_can_be_undone(till, sim, times):
    till.sale()
    sim.tap(TERMINAL)
    transaction_id = sim.ledger()[0]["transaction_id"] if times else "none"
    if times:
        sim.undo(transaction_id)
    with pytest.raises(SimulatorError, match="undone"):
        sim.undo(transaction_id)
