"""The stand-in for Microsoft Graph and Entra ID that targets ask."""
