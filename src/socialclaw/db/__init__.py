"""Tables only: columns and constraints, no behaviour; and the one way to run functions on them."""
