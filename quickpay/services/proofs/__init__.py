"""Proving who one is: codes by email and text, the counts around them, and the office's own way."""
