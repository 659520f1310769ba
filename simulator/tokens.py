"""Access tokens."""

import secrets


class Tokens:
    """The access tokens that are valid. Guarded by the caller's lock."""

    def __init__(self, clock):
        self._clock = clock
        self._expiry = {}

    def issue(self, seconds):
        """Return a new token that lives for so many seconds."""
        token = f"simulator-{secrets.token_urlsafe(24)}"
        self._expiry[token] = self._clock.now() + seconds
        return token

    def is_valid(self, authorization):
        """Tell whether a request's ``authorization`` carries a valid token."""
        token = authorization.token if authorization else None
        return self._clock.now() < self._expiry.get(token, 0)

    def revoke_all(self):
        """Make all tokens invalid, as if their time were over."""
        self._expiry.clear()
