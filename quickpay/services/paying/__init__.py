"""A payer's steps: an amount, a method, the payment and what is said of it after."""
