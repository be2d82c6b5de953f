"""The documentation as pages: Markdown rendered, and a reference of the API made of its OpenAPI document. Knows no web framework."""
