"""The pages behind the challenge, each read in one unit, and their papers."""
