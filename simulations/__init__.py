"""The same nodes in a world we own: virtual time, faults, oracles. Knows no clock and no socket."""
