"""Leaving: everything of a workspace or of a person is copied for them, or deleted for good."""
