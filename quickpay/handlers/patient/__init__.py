"""The pages patients meet, one module for each step."""
