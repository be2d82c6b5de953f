"""Figures of posts and accounts: collected from the networks, kept as snapshots, added up for runs."""
