"""The App Store in miniature: `simulator.py` answers its requests, and sells to whoever comes to its page as if with an iPhone."""
