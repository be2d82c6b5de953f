"""Meta in miniature: `simulator.py` answers its requests. It shares no code with the adapter."""
