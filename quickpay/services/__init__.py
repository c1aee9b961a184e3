"""What somebody can do, a module each; no framework, and the world only through ports."""
