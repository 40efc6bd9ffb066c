"""Contacts, their folders, and the people around a user."""
