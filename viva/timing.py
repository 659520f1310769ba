"""Every wait, lag, deadline and interval of the server and of `viva/`, in seconds, and the clocks.

They stand together because they depend on each other: the assertions below say which must be longer
than which, and why. Whoever needs one reads it as ``timing.NAME`` at the moment it counts, so that
:func:`scale` can shorten all of them by one factor. The till has its own in
``static/src/app/timing.js``.

Sources are named as in :mod:`viva.const`.
"""

import time
from datetime import UTC, datetime

# --- Calls to Viva: how long one is waited for ---

# The three-way handshake and TLS take well under a second; 4 s survive one lost SYN and its
# repetition (1 s + 2 s).
CONNECT_SECONDS = 4.0
# The identity server answers in a fraction of a second; everything else waits for it.
TOKEN_SECONDS = 10.0
# A request that could not be given to Viva by then, for want of a token, is not given to it at all:
# it must soon be certain that it is not on its way any more.
REQUEST_STARTS_WITHIN = 12.0
# A sale is usually accepted in 0.5-0.65 s [#2357, #2373] but Viva slows down at peaks [#1803], and
# a lost answer costs the cashier far more than a late one.
REQUEST_SECONDS = 20.0
# A question about a session can be repeated, so it need not be waited for as long.
SESSION_SECONDS = 10.0
# A question asked on behalf of a till that will ask again anyway.
QUICK_SECONDS = 3.0
# Same order as a question; the answer only says that the abort was noted.
ABORT_SECONDS = 10.0
# A whole day of sessions of a merchant.
LIST_SECONDS = 30.0
# A person looks at a button meanwhile.
DEVICES_SECONDS = 15.0
WEBHOOK_KEY_SECONDS = 10.0
# Our own address, through the internet and back; a person looks at a button meanwhile.
OWN_ADDRESS_SECONDS = 8.0

# --- Access tokens [viva-api 1.2: `expires_in` is 3600, clients renew 60-300 s early] ---

TOKEN_RENEW_EARLY_SECONDS = 120.0
# A token this close to its end is not used any more: it must survive the way to Viva.
TOKEN_UNUSABLE_SECONDS = 10.0
# Used when the answer names no life time.
TOKEN_DEFAULT_LIFE_SECONDS = 300.0
# Refused credentials are not tried again for this long, nor is a failed renewal while the old token
# still serves: a shop with 100 tills must not flood Viva.
TOKEN_RETRY_SECONDS = 5.0

# --- Rate limit: Viva publishes none [viva-api 1.5] ---

# The first pause after a refusal for which Viva names none, doubled with each further one ...
LIMIT_PAUSE_FIRST = 1.0
# ... up to this: the outcome of a payment is still wanted.
LIMIT_PAUSE_MOST = 30.0
# A refusal so soon after a pause means that the pause was too short.
LIMIT_RELAPSE = 2.0
# The rate of calls is doubled in so much time without a refusal.
LIMIT_DOUBLES_AFTER = 10.0
# A request or an abort is tried again so soon, whatever Viva asks for: somebody stands there.
LIMIT_URGENT_MOST = 10.0
# A process looks so often whether another one has learnt of a limit.
LIMIT_LOOK_INTERVAL = 0.5
# The longest wait that a `Retry-After` header may ask for.
RETRY_AFTER_MAX_SECONDS = 3600.0

# --- Waiting of a worker ---

# One request waits so long at most. Viva usually takes a sale in 0.5-0.65 s [#2357, #2373].
WAIT_SECONDS = 1.0
# A worker can save up so much of its time for when several tills sell at once.
SAVED_WAIT_SECONDS = 2.0
# One that must not go on without the answer.
LONG_WAIT_SECONDS = 10.0

# --- A session at Viva ---

# "Every session expires after 1 minute if not paid" [#2429, #2462].
SESSION_LIFE_SECONDS = 60.0
# Viva's lists were seen to lag; what is younger may not be in them yet [viva-api 8].
LIST_LAG = 900.0
# Viva may count what happened just before midnight to either day.
DAY_EDGE = 300.0

# --- A request of ours ---

# At most one question to Viva in this time, for one session, whoever asks.
ASK_INTERVAL = 1.0
# The slowest that a request can be: begun late, connected late, answered late.
SLOWEST_REQUEST = REQUEST_STARTS_WITHIN + CONNECT_SECONDS + REQUEST_SECONDS
# A request that is neither answered nor broken by then died with its process.
REPLY_WITHIN = SLOWEST_REQUEST + 4.0
# Viva can answer 404 right after it took a request.
RESEND_AFTER_MISSING = 5.0
# Later than that nobody stands at the terminal any more.
RESEND_UNTIL = REPLY_WITHIN + RESEND_AFTER_MISSING + 10.0
# An aborted request that Viva does not know by then, though it is on no way any more, never arrived.
GONE_AFTER_MISSING = 20.0
# A till whose questions Viva has not answered for so long is told, and a person may say what the
# terminal shows.
SILENT_AFTER = 20.0
# A session has surely been over for a while; one that never reached the terminal stays open.
ABORT_AFTER = SESSION_LIFE_SECONDS + 15.0
# A wish to stop that has shown no effect by then is repeated, where nobody at a till does it.
ABORT_AGAIN = 5.0
# Nobody waits longer for an outcome.
UNKNOWN_AFTER = 2 * ABORT_AFTER
# A refund through the account that Viva's list does not have by then is not known to have been made.
NOT_LISTED_AFTER = REPLY_WITHIN + 5.0

# --- Somebody else's question in the way of a request ---

# So long a till waits until it may ask about an earlier request of the same order.
SETTLE_SECONDS = 12.0
# ... and looks so often whether it may.
SETTLE_PAUSE = 0.2

# --- Tills and notifications ---

# A till that is there asks every 5 s at least.
TILL_ASKS_WITHIN = 10.0
# After a notification it asks three times per second for a little longer.
TILL_AWAKE = 2.0
# After a notification; by then the till has asked, if it still lives.
TILL_MISSING_AFTER = 30.0
# A notification that comes later is of no use to a till.
NOTIFIED_PROMPTLY = 3.0
# A notification is not worth more than one write of the payment method in this time.
NOTE_INTERVAL = 60.0

# --- What is looked at later ---

# Every outcome is asked about once more: Viva was seen to change it.
CHECK_AFTER = 120.0
# Uncertain outcomes are asked about so often at most ...
CHECK_INTERVAL = 3600.0
# ... and a person is asked when there is no answer for so long.
CHECK_LIFE = 3 * 86400.0
# A terminal without internet approves by itself and tells Viva when it is back, perhaps days later
# [viva-api-more 6]. An outcome that is not known is asked about so often at most ...
FOLLOW_INTERVAL = 60.0
# ... at least ...
FOLLOW_AT_LEAST = 6 * 3600.0
# ... each time after this part of its age, so ever more seldom ...
FOLLOW_AGE_DIVISOR = 10
# ... and for so many days, unless the system parameter FOLLOW_PARAMETER says otherwise.
FOLLOW_DAYS = 30
FOLLOW_PARAMETER = "pos_viva_wallet.follow_days"
DAY = 86400.0
# A charge whose order has not reached the server by then needs a person.
NO_PAYMENT_AFTER = 600.0
# Orders are cancelled while their register is open.
CANCELLED_LIFE = 7 * 86400.0
# A suspected reversal that is not confirmed is asked about so often ...
REVERSAL_CHECK_INTERVAL = 3600.0
# ... and for so long.
REVERSAL_CHECK_LIFE = 86400.0
# A refund of ours that is on its way must be over before anything is concluded about its sale.
REFUND_LIFE = 300.0
# Without any answer about a suspected reversal for so long, a person is asked all the same.
REVERSAL_SILENCE = 3600.0


def now():
    """Return the moment in UTC, without a time zone, as Odoo's fields hold it, with microseconds.

    :rtype: datetime.datetime
    """
    return datetime.now(UTC).replace(tzinfo=None)


def monotonic():
    """Return the seconds of a clock that nobody sets, for deadlines within this process.

    :rtype: float
    """
    return time.monotonic()


def scale(factor):
    """Multiply all times by a factor, counted from those in this file.

    :param float factor: 1 for what is written here; 0.1 makes everything ten times as fast
    """
    globals().update({name: seconds * factor for name, seconds in _SECONDS.items()})


_SECONDS = {
    name: value
    for name, value in list(globals().items())
    if name.isupper() and type(value) is float
}

# --- Which must be shorter than which ---

assert CONNECT_SECONDS < QUICK_SECONDS * 2, "a connection leaves time for an answer"
assert QUICK_SECONDS < SESSION_SECONDS, "a till asks again, the cron does not"
assert TOKEN_SECONDS < REQUEST_STARTS_WITHIN, "a slow token still serves its request"
assert REPLY_WITHIN + RESEND_AFTER_MISSING < RESEND_UNTIL, (
    "the request of a process that died is sent again while the customer is there"
)
assert RESEND_UNTIL < SESSION_LIFE_SECONDS, "the customer stands at the terminal"
assert SESSION_LIFE_SECONDS < ABORT_AFTER, "a customer who may still pay is not interrupted"
assert RESEND_UNTIL + SESSION_LIFE_SECONDS < UNKNOWN_AFTER, (
    "a request that was sent again is over before anybody gives up"
)
assert ABORT_AFTER + GONE_AFTER_MISSING < UNKNOWN_AFTER, "an abort has time to show its effect"
assert WAIT_SECONDS < SAVED_WAIT_SECONDS, "a worker that has not waited lately can wait"
assert LONG_WAIT_SECONDS < SETTLE_SECONDS, "there is time for a question after somebody else's"
assert SESSION_SECONDS < LONG_WAIT_SECONDS + ASK_INTERVAL, "a patient question is waited for"
assert ASK_INTERVAL < SILENT_AFTER, "silence is more than one question without an answer"
assert SILENT_AFTER < UNKNOWN_AFTER, "a till is told before the deadline"
assert NOT_LISTED_AFTER < LIST_LAG, "not in the list yet is not: not made"
assert UNKNOWN_AFTER < LIST_LAG, "lists are believed last"
assert LIST_LAG < CHECK_INTERVAL, "the check after an hour finds a list that is complete"
assert CHECK_AFTER < CHECK_INTERVAL, "the first check comes early"
assert FOLLOW_INTERVAL < CHECK_INTERVAL < FOLLOW_AT_LEAST, "questions become more seldom"
assert UNKNOWN_AFTER < NO_PAYMENT_AFTER, "a payment without outcome is not a missing one"
assert UNKNOWN_AFTER < REFUND_LIFE, "a refund of ours has its outcome by then"
assert TILL_ASKS_WITHIN < TILL_MISSING_AFTER, "a till that lives has asked by then"
assert LIMIT_PAUSE_FIRST < LIMIT_PAUSE_MOST, "pauses grow"
assert LIMIT_PAUSE_MOST < UNKNOWN_AFTER, "a limit never costs the outcome"
assert LIMIT_RELAPSE < LIMIT_DOUBLES_AFTER, "a rate that has grown too large is no short pause"
assert LIMIT_LOOK_INTERVAL < LIMIT_PAUSE_FIRST, "all processes take part in the first pause"
assert 3 * LIMIT_URGENT_MOST < RESEND_UNTIL, "a sale is tried again while the customer is there"
assert LIMIT_PAUSE_MOST < RESEND_UNTIL, "a moment that is reserved for a sale is of use to it"
assert SLOWEST_REQUEST < REPLY_WITHIN, "what is sent again is not on its way any more"
assert REPLY_WITHIN < NOT_LISTED_AFTER, "a refund is not looked for while it may be on its way"
