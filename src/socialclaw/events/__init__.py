"""Events: what has happened in a workspace, written with it, numbered once, and told in that order to whoever asks."""
