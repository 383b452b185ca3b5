"""The number of the rules this version knows. Raised when a kind or field is added; never lowered.

An entry is judged by the rules of its own number; one with a higher number waits, unread, for an
upgrade. Knows nothing else.
"""

SCHEMA = 1
