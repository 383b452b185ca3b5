"""How two nodes talk: bytes in, events and bytes out. Knows no socket, no clock and no ledger."""
