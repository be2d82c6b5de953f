"""From a due post to a published one: claims, durable steps, policy, reconciling; and what a user may do to a post."""
