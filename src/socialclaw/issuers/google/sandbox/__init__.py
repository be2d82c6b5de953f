"""Google's house in miniature: `simulator.py` answers its requests."""
