"""Sign in with Apple. `issuer.py` is who it is, as data."""
