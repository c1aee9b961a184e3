"""The desk's pages of guarantors, of their links and of send batches."""
