"""What the desk sends and shows: links by message, codes on the screen and on paper, and their words."""
