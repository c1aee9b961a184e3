"""What goes out by email and text, and how it fared."""
