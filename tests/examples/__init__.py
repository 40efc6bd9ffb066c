"""The examples of the API document: real answers of the sandbox."""
