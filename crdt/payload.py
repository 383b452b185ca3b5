"""Open the payload of an entry that arrived: decoded, measured and read as operations in one look. Pure.

What is unusual is decoded, checked and read at length, so both ways accept the same and say the same. Knows
no record.
"""

from __future__ import annotations

import functools
from typing import Any

from crdt.entry import CONTENT_TYPES, Content, Entry
from crdt.errors import MalformedEntry
from crdt.operations import measured
from keys import canonical
from keys.errors import CannotOpen
from keys.limits import PAYLOAD_BYTES, POST_CODE_POINTS, REASON_CODE_POINTS
from keys.seal import NONCE_BYTES, SealingKey

_WORDS_CODE_POINTS = POST_CODE_POINTS + REASON_CODE_POINTS


def opened(entry: Entry, key: SealingKey) -> tuple[Content, bytes]:
    """What `open_payload` gives and raises; its operations are read already, as a rule."""
    if entry.payload is None:
        raise MalformedEntry(why="no payload")
    if key.id != entry.header.key_id:
        raise CannotOpen
    plain = key.open(entry.payload, entry.context())
    return read_content(plain), entry.payload[:NONCE_BYTES]


def read_content(plain: bytes) -> Content:
    """What `Content.read` gives and raises: NotCanonical, MalformedEntry."""
    found: Any = canonical.load(plain, PAYLOAD_BYTES)
    if type(found) is not list or tuple(map(type, found)) != CONTENT_TYPES:
        return Content.read(plain)
    schema, post, reason, change, operations = found
    if len(post) + len(reason) > _WORDS_CODE_POINTS or (read := measured(operations)) is None:
        return Content.read(plain)
    before = 1 + _words_size(schema, post, reason)
    after = before + canonical.head_size(len(change)) + len(change)
    if after + read[1] != len(plain):
        return Content.read(plain)
    content = Content(schema, post, reason, change, operations)
    content.came(plain[1:before] + plain[after:], tuple(read[0]))
    return content


@functools.lru_cache(maxsize=1024)
def _words_size(schema: int, post: str, reason: str) -> int:
    """Few posts and few reasons stand in very many entries. Raises NotCanonical."""
    return canonical.size(schema) + canonical.size(post) + canonical.size(reason)
