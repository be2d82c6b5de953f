"""Apple's accounts in miniature: `simulator.py` answers its requests."""
