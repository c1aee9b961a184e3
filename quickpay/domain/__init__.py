"""The ground: the values and rules of a bill and its payment, without I/O, clock or framework."""
