"""Connecting destinations and looking after them: handshakes, secrets, what each one can do, and whether it still works."""
