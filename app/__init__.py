"""Exchange API: a small, resilient REST API over Microsoft Graph."""

__all__ = ["__version__"]

__version__ = "0.1.0"
