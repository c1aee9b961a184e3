"""QuickPay: one bill, paid on a phone from a signed link."""
