"""Records as sheets: a kind's columns, XLSX and CSV out and in, and what an edited sheet would change.

Everything is derived from the declaration of a kind; no kind is named here. Only `carry` knows a node.
"""
