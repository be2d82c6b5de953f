"""One module for each generated page; each has a function without arguments that returns the page's text."""
