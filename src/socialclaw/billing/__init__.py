"""Plans, what they allow, and the subscriptions that give them."""
