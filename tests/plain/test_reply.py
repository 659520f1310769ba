import pytest

from viva import const
from viva.reply import Reply


def test_a_reply_does_not_show_its_body():
    assert "4147463011110133" not in repr(Reply(sent=True, body={"CardNumber": "4147463011110133"}))


@pytest.mark.parametrize(
    ("reply", "is_throttled"),
    [
        (Reply(sent=True, status=429), True),
        (Reply(sent=True, status=503, retry_after=0.0), True),
        (Reply(sent=True, status=503, event_id=const.HEADER_BUSY), True),
        (Reply(sent=False, problem="throttled"), True),
        (Reply(sent=False, problem="no_token", retry_after=2.0), True),
        (Reply(sent=True, status=503), False),
        (Reply(sent=True, status=200, retry_after=2.0), False),
        (Reply(sent=True, problem="lost", retry_after=2.0), False),
        (Reply(sent=False, problem="no_token"), False),
    ],
)
def test_too_many_calls(reply, is_throttled):
    assert reply.is_throttled is is_throttled
