"""SocialClaw: schedule once, and it really gets published."""

__version__ = "0.1.0"
