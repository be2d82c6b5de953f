"""Schedules in files: what kind of file one is, what it says, and where in it something stands."""
