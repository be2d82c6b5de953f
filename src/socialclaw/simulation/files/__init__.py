"""What a simulated network finds when it looks at the bytes of a file: by readers of its own, which share nothing with those of uploads."""
