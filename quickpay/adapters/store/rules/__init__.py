"""What must never be in the database, as statements that find it; the checks run them."""
