"""Run `python -m quickpay` as the `quickpay` command."""
