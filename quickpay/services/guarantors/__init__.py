"""Guarantors as the PM system tells them and the desk finds them."""
