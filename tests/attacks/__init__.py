"""The page of attacks that were tried, made from the tests that try them."""
