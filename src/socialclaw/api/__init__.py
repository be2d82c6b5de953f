"""HTTP: one module an area, its schemas beside it. Routes ask features and render what those answer; they do not query."""
