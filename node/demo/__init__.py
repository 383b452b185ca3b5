"""The demo set: invented matters and contacts at real townships, for trying out and for tests.

Nothing here happened and nobody here exists; every record says 演示数据. Knows no store.
"""
