"""From what a user wrote to runs and posts: document, campaign, check, apply."""
