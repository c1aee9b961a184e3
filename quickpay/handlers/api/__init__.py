"""The API of the PM system and the portal."""
