"""The benchmark: what two real nodes cost on this machine, as figures, shares of its limits, and ratios.

Every figure is measured between node processes with their own folders on disk over mutual TLS on
loopback; `workload` says what the ledger holds, `run` how each figure is taken, `machine` what the same
machine could do at most, `report` how it is shown and compared. No node that works imports any of it.

Another system is measured on the same ledger by giving it `workload.case(n)` and `workload.edits(n)`: each a
change of its own, the five edits of a case right after it. To be comparable it needs two processes with a
folder each, bytes counted as TCP payload with the handshake apart, times from the first byte of the
connection until both ends read the same, medians of at least three runs in one sitting, and `machine.limits`
of that sitting beside it.
"""
