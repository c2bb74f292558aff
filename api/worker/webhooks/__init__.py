"""Webhooks on their way: which are due, what is in them, what the receivers answer."""
