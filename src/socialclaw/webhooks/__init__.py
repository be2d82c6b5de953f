"""Webhooks: events sent to the URLs that a workspace names, signed, again and again until they are taken or given up."""
