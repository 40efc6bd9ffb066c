"""The resilient gateway to Microsoft Graph."""
