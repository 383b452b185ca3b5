"""The township's SQLite file: the log is the truth, everything else in it can be rebuilt from the log."""
