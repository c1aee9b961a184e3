"""The desk's pages of payments: the list, one payment, refunds, posting, and reference batches."""
