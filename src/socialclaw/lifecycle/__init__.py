"""The life of a post: what can become of it, and the one place that writes it down."""
