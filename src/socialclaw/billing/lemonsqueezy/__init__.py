"""Subscriptions that are bought at Lemon Squeezy. Its webhooks are news, what is read from it is the truth."""
