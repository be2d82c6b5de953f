"""The SDKs as distributions of their own, and what writes the generated parts of them."""
