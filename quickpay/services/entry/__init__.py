"""By which doors people come in and how they leave: links, hand-offs, launches, the group's website."""
