"""People: who they are, how they sign in, what they may do in which workspace, and what they did."""
