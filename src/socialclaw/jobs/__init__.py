"""Getting work to a worker at its instant: the queue (a hint), and the scan of the tables (the truth)."""
