"""What the simulated networks have in common: who comes in, what is granted and remembered, which faults strike. Imports no provider."""
