"""What the simulated issuers have in common. None of it is what verifies tokens, and neither is any of it written with the same library."""
