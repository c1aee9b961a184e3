"""POPS Management: the list of groups, the editor of one, its drafts and its history."""
