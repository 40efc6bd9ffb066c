"""The tables of operations: one entry for each request to Graph."""
