"""What other programs are told, and what they tell us of their own accord."""
