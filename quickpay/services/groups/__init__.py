"""Groups: kept, edited, drafted, their history and their pictures."""
