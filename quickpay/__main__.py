"""Run `python -m quickpay` as the `quickpay` command."""

from quickpay.cli import main

if __name__ == "__main__":
    main()
