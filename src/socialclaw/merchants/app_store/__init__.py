"""The App Store: what it signs and how that is verified, its server API as we call it, and it in miniature."""
