"""A till's server reduced to its calls, for tests of the simulator and for trying it out."""

import uuid

import requests

from .settings import Settings
from .terminals import DEFAULT_IDS

TERMINAL = DEFAULT_IDS[0]
REGISTER = "register-1"


class Till:
    """Calls Viva's endpoints with the simulator's default credentials.

    :param str url: the simulator's address
    """

    def __init__(self, url, timeout=10):
        self.url = url
        self.http = requests.Session()
        self._timeout = timeout
        self._settings = Settings()

    def close(self):
        """Close the connections."""
        self.http.close()

    def call(self, method, path, **options):
        """Send a request and return the response, whatever its status."""
        options.setdefault("timeout", self._timeout)
        return self.http.request(method, self.url + path, **options)

    def login(self):
        """Fetch an access token and send it from now on.

        :return: the answer's JSON
        """
        answer = self.call(
            "POST",
            "/connect/token",
            data={"grant_type": "client_credentials"},
            auth=(self._settings.client_id, self._settings.client_secret),
        ).json()
        self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return answer

    def body(self, **values):
        """Return a complete request for a sale; ``values`` replace or, when None, remove fields."""
        body = {
            "sessionId": str(uuid.uuid4()),
            "terminalId": TERMINAL,
            "cashRegisterId": REGISTER,
            "amount": 1250,
            "currencyCode": "978",
            "merchantReference": "reference-1",
            **values,
        }
        return {name: value for name, value in body.items() if value is not None}

    def start(self, operation="sale", **values):
        """Send ``transactions:<operation>``.

        :return: (session id, response)
        """
        body = self.body(**values)
        response = self.call("POST", f"/ecr/v1/transactions:{operation}", json=body)
        return body.get("sessionId"), response

    def sale(self, **values):
        """Start a sale that must be accepted and return its session id."""
        session_id, response = self.start(**values)
        response.raise_for_status()
        return session_id

    def session(self, session_id):
        """Return the response of ``GET sessions/{id}``."""
        return self.call("GET", f"/ecr/v1/sessions/{session_id}")

    def abort(self, session_id, register=REGISTER):
        """Return the response of ``DELETE sessions/{id}``."""
        return self.call(
            "DELETE", f"/ecr/v1/sessions/{session_id}", params={"cashRegisterId": register}
        )

    def web(self, method, path, **options):
        """Call the web API, with Basic credentials."""
        credentials = (self._settings.merchant_id, self._settings.api_key)
        return self.call(method, path, auth=credentials, **options)

    def control(self, method, path, values=None, **options):
        """Call the control API."""
        return self.call(method, f"/_simulator/{path}", json=values, **options)
