"""The Model Context Protocol: the API as tools for agents, one table of them for HTTP and stdio, over everybody's client."""
