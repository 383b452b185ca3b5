"""The command line: what an IT person starts and a clerk types. A face; it decides nothing about ledgers."""
