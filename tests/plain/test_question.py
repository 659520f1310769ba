"""What Viva is asked about a request, and what its answers say together."""

from datetime import date

import pytest

from viva.account_refund import ExpectedRefund
from viva.outcome import Expected
from viva.question import ask_outcome
from viva.reply import Reply

SESSION = "3e6ad4f2-1111-4222-8333-444455556666"
SALE = "aaaaaaaa-0000-4000-8000-000000000001"
REFUND = "bbbbbbbb-0000-4000-8000-000000000002"
DAYS = (date(2026, 11, 25), date(2026, 11, 26))
PAID_BACK = {
    "TransactionId": REFUND, "ParentId": SALE, "StatusId": "F", "Amount": -5.0,
    "MerchantTrns": SESSION,
}  # fmt: skip
LOST = Reply(sent=True, problem="lost")


class Client:
    """Gives planned answers, and remembers what it was asked."""

    def __init__(self, lists=(), sale=None, session=None):
        self.lists, self.sale, self.session = list(lists), sale, session
        self.asked = []

    def list_transactions(self, day):
        self.asked.append(day)
        return self.lists.pop(0)

    def read_transaction(self, transaction_id):
        self.asked.append(transaction_id)
        return self.sale

    def read_session(self, session_id, *, quick):
        self.asked.append((session_id, quick))
        return self.session


def answered(*records):
    return Reply(sent=True, status=200, body={"Transactions": list(records), "Success": True})


def sold(status):
    return answered({"TransactionId": SALE, "StatusId": status})


def expected(**values):
    return ExpectedRefund(SESSION, SALE, 500, "EUR", **{"days": DAYS, **values})


def test_a_terminal_is_asked_about_the_session():
    body = {
        "sessionId": SESSION, "success": True, "transactionId": REFUND, "currencyCode": "978",
        "amount": 500,
    }  # fmt: skip
    client = Client(session=Reply(sent=True, status=200, body=body))
    result, reply = ask_outcome(client, Expected(SESSION, 500, "978"))
    assert (result.state, result.transaction_id) == ("approved", REFUND)
    assert reply is client.session
    assert client.asked == [(SESSION, True)]


def test_a_refund_that_is_listed_on_the_first_day():
    client = Client([answered(PAID_BACK)])
    result, reply = ask_outcome(client, expected())
    assert (result.state, result.transaction_id) == ("approved", REFUND)
    assert (reply.status, reply.body) == (200, None)
    assert client.asked == [DAYS[0]]


def test_a_refund_that_is_listed_on_another_day():
    client = Client([answered(), answered(PAID_BACK)])
    assert ask_outcome(client, expected())[0].state == "approved"
    assert client.asked == list(DAYS)


def test_a_list_that_cannot_be_read_ends_the_search():
    client = Client([LOST, answered(PAID_BACK)])
    result, reply = ask_outcome(client, expected())
    assert (result.state, result.reason) == ("unclear", "lost")
    assert reply == LOST
    assert client.asked == [DAYS[0]]


def test_not_listed_is_believed_while_the_sale_stands():
    client = Client([answered(), answered()], sale=sold("F"))
    result, reply = ask_outcome(client, expected())
    assert (result.state, result.reason) == ("missing", "not_found")
    assert (reply.status, reply.body) == (200, None)
    assert client.asked == [*DAYS, SALE]


@pytest.mark.parametrize("sale", [sold("R"), sold("X"), sold("A"), answered(), LOST])
def test_not_listed_is_not_believed_when_something_happened_to_the_sale(sale):
    result, reply = ask_outcome(Client([answered(), answered()], sale=sale), expected())
    assert (result.state, result.reason, result.money) == ("unclear", "not_listed", "maybe")
    assert reply.body is None


def test_not_listed_is_believed_when_other_refunds_explain_the_sale():
    client = Client([answered(), answered()])
    assert ask_outcome(client, expected(explained=True))[0].state == "missing"
    assert client.asked == list(DAYS)
