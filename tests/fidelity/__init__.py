"""The sandbox, driven by clients of Graph that nobody here wrote."""
