"""One module for each card processor QuickPay can speak to."""
