"""Mail that this server sends: written down in the transaction that wants it, sent by a worker, once."""
