"""Signing in with Google and Apple: from an issuer's word of who somebody is to a person of ours with a session."""
