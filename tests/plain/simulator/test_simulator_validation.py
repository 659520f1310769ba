"""Wrong requests get errors in the shape of pydantic."""

import pytest


def detail(response):
    return response.json()["detail"]


@pytest.mark.parametrize(
    "field", ["sessionId", "terminalId", "cashRegisterId", "amount", "currencyCode"]
)
def test_sale_without_a_required_field(till, sim, field):
    _session_id, response = till.start(**{field: None})
    assert response.status_code == 422
    assert response.headers["X-Viva-EventId"] == "1200"
    (error,) = detail(response)
    assert (error["type"], error["loc"]) == ("missing", ["body", field])
    assert {"msg", "input", "url"} <= set(error)
    assert sim.sessions() == []


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (12.5, "int_from_float"),
        (510.0, "int_from_float"),
        (True, "int_type"),
        ("1250", "int_type"),
        (0, "greater_than_equal"),
        (-5, "greater_than_equal"),
    ],
)
def test_sale_with_a_wrong_amount(till, amount, kind):
    _session_id, response = till.start(amount=amount)
    assert response.status_code == 422
    assert detail(response)[0]["type"] == kind
    assert detail(response)[0]["loc"] == ["body", "amount"]


def test_sale_with_two_errors_names_both(till):
    _session_id, response = till.start(amount=1.5, terminalId=16000001)
    assert {e["loc"][1] for e in detail(response)} == {"amount", "terminalId"}


def test_sale_that_is_no_json(till):
    is_json = {"Content-Type": "application/json"}
    response = till.call("POST", "/ecr/v1/transactions:sale", data="{", headers=is_json)
    assert response.status_code == 422
    assert detail(response)[0]["type"] == "json_invalid"


def test_sale_that_does_not_say_that_it_is_json(till):
    assert till.call("POST", "/ecr/v1/transactions:sale", data="{}").status_code == 415


def test_refused_sale_does_not_use_up_its_session_id(till):
    session_id, _response = till.start(amount=1.5)
    assert till.start(sessionId=session_id)[1].status_code == 200
