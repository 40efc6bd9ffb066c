"""The part of OData that Graph speaks for mail and users."""
