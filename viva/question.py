"""Ask Viva what became of a request, and turn its answer into an outcome.

These calls may take as long as Viva does: they are made outside any database transaction.
"""

from dataclasses import replace

from . import account_refund, outcome, transaction_record


def ask_outcome(client, expected):
    """Ask Viva what became of a request.

    :param viva.client.VivaClient client: of the account that got the request
    :param expected: what was asked for: a :class:`viva.outcome.Expected` for a request to a
        terminal, a :class:`viva.account_refund.ExpectedRefund` for a refund through the account
    :return: outcome, and the reply that it was read from
    :rtype: tuple(viva.outcome.Outcome, viva.reply.Reply)
    """
    if isinstance(expected, account_refund.ExpectedRefund):
        return ask_account(client, expected)
    reply = client.read_session(expected.session_id, quick=True)
    return outcome.from_session(reply, expected), reply


def ask_account(client, expected):
    """Look for a refund through the account in Viva's lists of some days.

    That a list does not have it is only believed when the sale itself is untouched, or when other
    refunds explain why it is not: how much of a day Viva lists is not published (viva-api 8.1).

    :param viva.client.VivaClient client: of the account that got the request
    :param viva.account_refund.ExpectedRefund expected: what was asked for
    :return: outcome, and the reply that it was read from, without its body: a day of other people's
        transactions is nothing to keep
    :rtype: tuple(viva.outcome.Outcome, viva.reply.Reply)
    """
    for day in expected.days:
        reply = client.list_transactions(day)
        result = account_refund.from_list(reply, expected)
        reply = replace(reply, body=None)
        if result.state != outcome.MISSING:
            return result, reply
    if not expected.explained and not _stands(client, expected.parent_id):
        return outcome.Outcome(outcome.UNCLEAR, "not_listed"), reply
    return result, reply


def _stands(client, transaction_id):
    reply = client.read_transaction(transaction_id)
    return transaction_record.from_reply(reply, transaction_id) == transaction_record.STANDS
