"""Subscriptions that are bought on an Apple device. Whatever the App Store says is signed; the newest that was signed is the truth."""
