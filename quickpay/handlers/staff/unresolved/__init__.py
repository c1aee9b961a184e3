"""Payments nobody can tell the end of, and differences to the gateway's list."""
