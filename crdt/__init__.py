"""What is known: entries, logs, records, kinds, history, conflicts. No network, no disk, no clock."""
