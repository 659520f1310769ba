"""Access tokens."""

import requests


def test_token_by_basic_credentials(till):
    answer = till.login()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert "urn:viva:payments:ecr:api" in answer["scope"]


def test_token_by_form_credentials(till):
    response = till.call(
        "POST",
        "/connect/token",
        data={
            "grant_type": "client_credentials",
            "client_id": "simulator.apps.vivapayments.com",
            "client_secret": "simulator-client-secret",
        },
    )
    assert response.status_code == 200
    assert response.json()["access_token"]


def test_wrong_client_secret(till):
    response = till.call("POST", "/connect/token", auth=("x", "y"), data={"grant_type": "x"})
    assert response.status_code == 400
    assert response.json() == {"error": "invalid_client"}


def test_missing_token(sim):
    response = requests.post(f"{sim.url}/ecr/v1/devices:search", json={}, timeout=10)
    assert response.status_code == 401
    assert response.json() == {"detail": "Could not validate credentials"}


def test_token_expires(till, sim, clock):
    sim.configure(token_seconds=60)
    assert till.login()["expires_in"] == 60
    clock.advance(59)
    assert till.session("x").status_code == 404
    clock.advance(1)
    assert till.session("x").status_code == 401


def test_tokens_can_be_revoked(till, sim):
    sim.revoke_tokens()
    assert till.session("x").status_code == 401
    till.login()
    assert till.session("x").status_code == 404
