"""The steps that a call passes: one file for each, and each decision."""
