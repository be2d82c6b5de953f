"""Lemon Squeezy in miniature: `simulator.py` answers its requests, `deliveries.py` sends its webhooks."""
