"""What the networks say of themselves judges what the adapters send: recorded once, and passed through a proxy that validates it."""
