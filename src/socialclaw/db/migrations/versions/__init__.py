"""The migrations, one file each, numbered in order."""
