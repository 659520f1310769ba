"""Groups of states of the ledger, see `viva.wallet.transaction`."""

# Viva has more to say. Of these, "sent" occupies its terminal.
UNFINISHED_STATES = ("sent", "unknown")
# Money has moved, or may have.
HOLDING_STATES = (*UNFINISHED_STATES, "approved")
