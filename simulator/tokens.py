"""Access tokens and Basic credentials."""

import base64
import binascii
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
        """Tell whether a header ``Authorization: Bearer ...`` carries a valid token."""
        scheme, _space, token = (authorization or "").partition(" ")
        expiry = self._expiry.get(token, 0)
        return scheme.lower() == "bearer" and self._clock.now() < expiry

    def revoke_all(self):
        """Make all tokens invalid, as if their time were over."""
        self._expiry.clear()


def basic_credentials(authorization):
    """Return (user, password) of a header ``Authorization: Basic ...``, or None."""
    scheme, _space, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
