"""Every bound that nodes must agree on, in one place, with units. The same on every node.

A limit that differs between two nodes is a fork in the making: what one accepts the other refuses.
Bounds that only protect one process (timeouts, queue lengths) stand here too, below the line.
"""

# --- agreed: part of the protocol -----------------------------------------------------------
FRAME_BYTES = 1024 * 1024
RUN_BYTES = 600 * 1024
PAYLOAD_BYTES = 256 * 1024
HEADER_BYTES = 4 * 1024
OPERATIONS_PER_ENTRY = 512
PARENTS_PER_ENTRY = 64
ENTRIES_IN_PAST = 2_000
TEXT_CODE_POINTS = 4_096
TEXT_INSERTIONS_EVER = 8_192
REGISTER_BYTES = 16 * 1024
CBOR_LEVELS = 8
CHECKPOINT_ENTRIES = 64
CHECKPOINT_BYTES = 512 * 1024
DEVICES_PER_LEDGER = 256
NAME_CODE_POINTS = 60
POST_CODE_POINTS = 40
REASON_CODE_POINTS = 400
CARD_BYTES = 8 * 1024
MEMBERS_PER_LEDGER = 128
FOUNDING_BYTES = 512 * 1024
EPOCH_BYTES = 200 * 1024
STATEMENT_BYTES = 240 * 1024
STATEMENTS_PER_SIGNER = 512
ROUNDS_PER_EPOCH = 64
TIPS_PER_LOG = 16
WINDOW_BYTES = 4 * 1024 * 1024
ENTRIES_PER_FRAME = 512
LEDGERS_PER_SESSION = 64
LOGS_PER_LEDGER = 4_096
MARKS_PER_LOG = 64
INT_MAX = 2**63 - 1

# --- local: what one node spends on a peer ---------------------------------------------------
REKEY_WAIT_DAYS = 7
WAITING_ENTRIES_PER_LOG = 10_000
WAITING_BYTES_PER_LOG = 64 * 1024 * 1024
LOGS_PER_DEVICE = 512
LOGS_KEPT_FREE = 64
BRANCH_DOCUMENTS = 8
HANDSHAKE_TIMEOUT_S = 10.0
TLS_TIMEOUT_S = 5.0
PING_AFTER_S = 20.0
SILENCE_TIMEOUT_S = 60.0
SESSIONS_PER_DEVICE = 4
SOCKETS_PENDING = 64
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 300.0
