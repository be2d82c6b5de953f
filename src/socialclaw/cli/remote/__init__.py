"""The commands that speak to a server over its API, with a key: on any machine, for one workspace."""
