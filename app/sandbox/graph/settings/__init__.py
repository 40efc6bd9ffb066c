"""Settings of mailboxes: their own, automatic replies, categories, rules."""
