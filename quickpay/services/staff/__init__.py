"""The staff: accounts, sign-in, what one may look at, and the API keys admins give out."""
