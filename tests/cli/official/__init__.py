"""The official command line, 0.1.15, unchanged: what ours is held against."""
