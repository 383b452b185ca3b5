"""The words beside an entry's operations: who wrote in which post, and why. Judges nothing else. Pure."""

from __future__ import annotations

import functools

from crdt.entry import Content
from crdt.errors import BadOperation
from keys.limits import POST_CODE_POINTS, REASON_CODE_POINTS
from keys.text import refused_character


def check_words(content: Content) -> None:
    """Raises BadOperation: post and reason are one bounded line each, schema a positive number."""
    if len(content.post) > POST_CODE_POINTS or len(content.reason) > REASON_CODE_POINTS:
        raise BadOperation(why="post or reason")
    if not _are_lines(content.post, content.reason):
        raise BadOperation(why="post or reason")
    if content.schema < 1:
        raise BadOperation(why="schema")


@functools.lru_cache(maxsize=1024)
def _are_lines(post: str, reason: str) -> bool:
    """Few posts and few reasons stand in very many entries."""
    return not any(refused_character(text, lines=False) for text in (post, reason))
