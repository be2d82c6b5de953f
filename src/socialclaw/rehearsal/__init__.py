"""Rehearsing in a test workspace: its time stands, and is moved forward while everything that becomes due happens in order."""
