"""Live hints: telling who looks at a workspace that something of it has changed, whichever process changed it."""
