"""Reports for the staff: Session Usage and Payments, as a picture, a table and a file."""
