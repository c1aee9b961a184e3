"""Contacts patients change themselves, held against the PM system's word."""
