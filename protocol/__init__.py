"""How two nodes talk: bytes in, events and bytes out. No sockets, no clock, no ledger."""
