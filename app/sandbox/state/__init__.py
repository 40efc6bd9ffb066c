"""What mailboxes hold: items, folders, and the rules they obey."""
