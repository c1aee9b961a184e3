"""How money ended: the outcome written once, refunds, look-ups after silence, the gateway's list."""
