"""The proof that one person holds the contact on file: who may be asked how, with which code, how often."""
