"""An OAuth 2.1 authorization server of our own: people allow programs of others into a workspace, and take it back."""
