"""The world's side of the house: each module keeps the promise of one port."""
