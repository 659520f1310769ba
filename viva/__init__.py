"""Talk to Viva's Cloud Terminal API. Plain Python: nothing in here knows Odoo.

Calls, from the outside in:

* :mod:`client` has a method for each call, and :mod:`question` asks what became of a request.
* :mod:`payment_request` is what a terminal is asked to do.
* :mod:`account` holds credentials and hosts, :mod:`tokens` fetches access tokens.
* :mod:`transport` sends a call through :mod:`connections` and returns a :mod:`reply`.
* :mod:`provider_call` limits how long a worker waits for it.
* :mod:`throttle` keeps to Viva's rate limit.

What an answer means:

* :mod:`outcome` decides it for the money, with the fields as :mod:`session_fields` reads them;
  :mod:`account_refund` for a refund through the account.
* :mod:`transaction_record` reads Viva's records of transactions,
  :mod:`session_list` its list of the sessions of a day.
* :mod:`webhook` reads a notification, which only says what to ask about.

For setting it up: :mod:`diagnosis` of credentials and terminals, :mod:`address` of the webhook,
:mod:`credential_cleanup` for values that a person copied.

For all: :mod:`const` holds the facts about Viva, each with its source, :mod:`timing` all times,
:mod:`money` converts amounts, :mod:`masking` keeps secrets and card data out of logs.
"""
