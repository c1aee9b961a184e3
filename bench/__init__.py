"""The benchmark: ratios measured in one run on one machine."""
