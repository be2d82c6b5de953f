"""The commands that speak to a server over its API."""
