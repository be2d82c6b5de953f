"""Is everything in place, and if not, what to do: what `socialclaw doctor` and the dashboard tell of an installation."""
