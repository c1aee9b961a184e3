"""A file of statements for each family of tables."""
