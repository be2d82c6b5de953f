"""Lemon Squeezy, merchant of record: its API as we call it, what it tells us by webhook, and it in miniature."""
