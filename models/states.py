"""Groups of states of the ledger, see `viva.wallet.transaction`."""

# The request occupies its terminal.
OPEN_STATES = ("new", "sent")
# Viva has more to say.
UNFINISHED_STATES = (*OPEN_STATES, "unknown")
# Money has moved, or may have.
HOLDING_STATES = (*UNFINISHED_STATES, "approved")
