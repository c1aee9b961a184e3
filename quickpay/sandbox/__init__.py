"""The sandbox world: what a practice would buy, played over real protocols for demo and tests."""

from quickpay.sandbox.world import World as World

__all__ = ["World"]
