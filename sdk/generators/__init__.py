"""One module for each generated part."""
