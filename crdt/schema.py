"""The number of the rules this version knows: raised after each version that townships got, never lowered.

An entry is judged by the rules of its own number; one with a higher number waits, unread, for an
upgrade. Whatever is declared since says the number. Knows nothing else.
"""

SCHEMA = 2
