"""What SocialClaw costs, in figures that mean something on any machine: each is a ratio of two things measured in one run."""
