"""One township's node: storage, use cases, driver, faces. Imports nothing: its core stays pure."""
