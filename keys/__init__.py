"""Who speaks: keys, signatures, delegation, key files, canonical bytes. Knows no ledger and no network."""
