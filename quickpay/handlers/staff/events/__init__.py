"""The staff's pages of what the PM system has not taken over, and of the programs events are sent to."""
