import pytest

from viva import credential_cleanup


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("abc", "abc"),
        ("  abc\t\r\n", "abc"),
        ("abc\ndef", "abcdef"),
        ("\ufeffabc\u200b", "abc"),
        ("\u00a0abc\u00a0", "abc"),
        ('"abc"', "abc"),
        ("'abc'", "abc"),
        ("“abc”", "abc"),
        ("„abc“", "abc"),
        ("«abc»", "abc"),
        ("' \"abc\" '", "abc"),
        # An API key may hold any character, so only a pair around it goes.
        ('a"b', 'a"b'),
        ("'abc", "'abc"),
        ('abc"', 'abc"'),
        ('""', '""'),
        ("a b", "a b"),
        ("", ""),
    ],
)
def test_clean(value, cleaned):
    assert credential_cleanup.clean(value) == cleaned
    assert credential_cleanup.clean(cleaned) == cleaned


def test_client_id():
    assert credential_cleanup.is_client_id("abc123.apps.vivapayments.com")
    assert credential_cleanup.is_client_id("ABC.Apps.VivaPayments.com")
    assert not credential_cleanup.is_client_id("6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa")


def test_merchant_id():
    assert credential_cleanup.is_merchant_id("6f8b2d64-5c1e-4f0a-9d3b-2a7c51e0b9aa")
    assert credential_cleanup.is_merchant_id("6F8B2D64-5C1E-4F0A-9D3B-2A7C51E0B9AA")
    assert not credential_cleanup.is_merchant_id("6f8b2d645c1e4f0a9d3b2a7c51e0b9aa")
    assert not credential_cleanup.is_merchant_id("key")
