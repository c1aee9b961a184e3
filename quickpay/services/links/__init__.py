"""Links: made, worded, sent and ended."""
