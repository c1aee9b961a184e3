"""The two databases underneath: how a unit runs on each, and how a schema comes to its version."""
