"""What the desk does with money: payments, posting, what nobody can tell the end of, reports."""
