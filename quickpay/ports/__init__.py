"""The stairs: protocols through which services reach the world, and the values that cross them."""
