"""Media: files that users hand in, kept in storage, looked into, delivered by public URL and read for publishing."""
