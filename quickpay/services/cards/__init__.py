"""Stored cards, and what is done against those who try stolen ones."""
