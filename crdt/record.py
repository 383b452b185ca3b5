"""The engine of one record: entries in, verdicts out, candidates and texts to read. Pure.

An entry is judged at its parents and performed there (Automerge regenerated, design section 3), so
arrival order never matters. Four states: applied, void (breaks a rule; kept and shown), closed (no key
here), waiting (a cause or a newer version is missing). Void and closed pass on to whatever cites them.
Knows no store, no network and no signature: entries come in verified.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crdt.branches import Branches
from crdt.document import Document
from crdt.entry import ActorId, Content, Entry, EntryId, Header, RecordId, actor_of
from crdt.errors import BadOperation, RecordFull, RuleBroken, WrongPast
from crdt.facts import Facts, Shared
from crdt.judge import Author, Plan, judge
from crdt.operations import Operation, from_plain, to_plain
from crdt.schema import SCHEMA
from keys.identity import DeviceId, TownshipId
from keys.limits import ENTRIES_IN_PAST, PARENTS_PER_ENTRY, POST_CODE_POINTS, REASON_CODE_POINTS
from keys.text import refused_character

_INSERTION_WEIGHT = 400
"""Bytes that the engine keeps for one code point of a text (measured)."""


class EntryState(enum.IntEnum):
    """Where an entry stands; the numbers are stored."""

    WAITING = 0
    APPLIED = 1
    VOID = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an entry. `reason`: a rule's code; `divergent`: our change hash is not its author's."""

    entry: EntryId
    state: EntryState
    reason: str = ""
    divergent: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """An entry with its opened payload; `content` None if there is no key here.

    `fault`: it is void whatever its past says (the payload does not parse, a parent is of another record).
    `hold`: it waits for something outside this record (a newer epoch).
    """

    entry: Entry
    content: Content | None
    nonce: bytes = b""
    fault: str = ""
    hold: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What history shows of an applied entry."""

    entry: Entry
    content: Content
    township: TownshipId
    operations: tuple[Operation, ...]
    actor: ActorId


class Record:
    """All that one node knows of one record."""

    def __init__(
        self,
        record: RecordId,
        township_of: Callable[[DeviceId], TownshipId],
        schema: int = SCHEMA,
    ) -> None:
        """`schema`: the rules known here; what was written by newer ones waits for an upgrade."""
        self.id = record
        self._schema = schema
        self.applied: list[Applied] = []
        self.verdicts: dict[EntryId, Verdict] = {}
        self.shared = Shared()
        self.home: TownshipId | None = None
        self.weight = 0
        """About how many bytes of memory it holds."""
        self._township_of = township_of
        self._branches = Branches()
        self._schemas: dict[EntryId, int] = {}
        self._waiting: dict[EntryId, Offered] = {}
        self._waiters: dict[EntryId, set[EntryId]] = {}

    # --- arriving ----------------------------------------------------------------------------

    def offer(self, offered: Offered) -> list[Verdict]:
        """Take an entry in; returns verdicts that are new or changed, causes first. Idempotent."""
        known = self.verdicts.get(offered.entry.id)
        if known is not None and known.state != EntryState.WAITING:
            return []
        if known is None:
            self.weight += offered.entry.size
        fresh: list[Verdict] = []
        queue = [offered]
        while queue:
            item = queue.pop()
            verdict = self._judge(item)
            if self.verdicts.get(verdict.entry) != verdict:
                self.verdicts[verdict.entry] = verdict
                fresh.append(verdict)
            if verdict.state == EntryState.WAITING:
                self._wait(item)
                continue
            self._waiting.pop(verdict.entry, None)
            woken = sorted(self._waiters.pop(verdict.entry, ()), reverse=True)
            queue.extend(self._waiting[w] for w in woken if w in self._waiting)
        return fresh

    def missing(self) -> dict[EntryId, list[EntryId]]:
        """Per waiting entry the parents that are not here."""
        return {
            entry: [p for p in offered.entry.header.parents if p not in self.verdicts]
            for entry, offered in self._waiting.items()
        }

    def _wait(self, item: Offered) -> None:
        self._waiting[item.entry.id] = item
        for parent in item.entry.header.parents:
            standing = self.verdicts.get(parent)
            if standing is None or standing.state == EntryState.WAITING:
                self._waiters.setdefault(parent, set()).add(item.entry.id)

    def _judge(self, item: Offered) -> Verdict:
        entry, content = item.entry, item.content
        if item.fault:
            return Verdict(entry.id, EntryState.VOID, item.fault)
        if item.hold:
            return Verdict(entry.id, EntryState.WAITING, item.hold)
        parents = [self.verdicts.get(p) for p in entry.header.parents]
        if any(p is None or p.state == EntryState.WAITING for p in parents):
            return Verdict(entry.id, EntryState.WAITING, "parent")
        if any(p is not None and p.state == EntryState.VOID for p in parents):
            return Verdict(entry.id, EntryState.VOID, WrongPast.code)
        if any(p is not None and p.state == EntryState.CLOSED for p in parents):
            return Verdict(entry.id, EntryState.CLOSED)
        if content is None:
            return Verdict(entry.id, EntryState.CLOSED)
        if content.schema > self._schema:
            return Verdict(entry.id, EntryState.WAITING, "schema")
        try:
            mine = self._apply(entry, content, item.nonce)
        except RuleBroken as fault:
            return Verdict(entry.id, EntryState.VOID, fault.code)
        change = self._branches.changes[mine]
        return Verdict(entry.id, EntryState.APPLIED, divergent=change != content.change_hash)

    def _apply(self, entry: Entry, content: Content, nonce: bytes) -> int:
        operations = from_plain(content.operations)
        township = self._township_of(entry.header.device)
        actor = actor_of(entry.header.context(), nonce, content)
        parents = [self.shared.writers.number[p] for p in entry.header.parents]
        plan = self._plan(operations, parents, township, actor, content)
        self._branches.perform(frozenset(parents), actor, plan.steps)
        self._index(entry.id, parents, plan)
        self.applied.append(Applied(entry, content, township, tuple(operations), actor))
        self._schemas[entry.id] = content.schema
        if self.home is None:
            self.home, self.shared.kind = township, plan.kind.name
        return len(self.applied) - 1

    def _plan(
        self,
        operations: list[Operation],
        parents: list[int],
        township: TownshipId,
        actor: ActorId,
        content: Content,
    ) -> Plan:
        """Raises RuleBroken."""
        _check_words(content)
        writers = self.shared.writers
        if not writers.antichain(parents):
            raise WrongPast(why="one parent is an ancestor of another")
        if content.schema < max((self._schemas[writers.ids[p]] for p in parents), default=1):
            raise WrongPast(why="schema")
        seen = writers.seen_by(parents)
        if seen.bit_count() >= ENTRIES_IN_PAST:
            raise RecordFull(limit=ENTRIES_IN_PAST)
        facts = None
        if parents:
            at = frozenset(parents)
            whole = seen.bit_count() == len(writers.ids)
            length = lambda key: self._branches.at(at).text_length(key)  # noqa: E731
            facts = Facts(self.shared, None if whole else seen, length)
        elif self.applied:
            raise WrongPast(why="a record begins once")
        return judge(
            operations, facts, Author(township, self.home or township), actor, content.schema
        )

    def _index(self, entry: EntryId, parents: list[int], plan: Plan) -> None:
        shared = self.shared
        mine = shared.writers.add(entry, parents, plan.writes)
        for collection, item in plan.items:
            shared.items.setdefault((collection, item), ([], set()))[0].append(mine)
        for key in plan.writes:
            parts = key.split("/")
            if len(parts) == 3:
                shared.items[(parts[0], parts[1])][1].add(key)
        for key, count in plan.inserted.items():
            shared.inserted.setdefault(key, []).append((mine, count))
            self.weight += _INSERTION_WEIGHT * count
        for key, cites, kept in plan.settles:
            listed = shared.keeps if kept else shared.settled
            listed.setdefault(key, []).append((mine, cites))

    # --- writing -----------------------------------------------------------------------------

    def heads(self) -> tuple[EntryId, ...]:
        """Parents of the next entry: the heads, sorted; the newest ones if a flood left too many."""
        numbers = self.shared.writers.heads()[-PARENTS_PER_ENTRY:]
        return tuple(sorted(self.shared.writers.ids[n] for n in numbers))

    def draft(
        self,
        header: Header,
        nonce: bytes,
        operations: Sequence[Operation],
        post: str,
        reason: str,
    ) -> Content:
        """The content of an entry that would say `operations` at `header.parents`. Raises RuleBroken.

        Works on a copy of the document: the record does not change until the built entry is offered.
        """
        plain = to_plain(operations)
        checked = from_plain(plain)
        content = Content(self._schema, post, reason, b"", plain)
        township = self._township_of(header.device)
        actor = actor_of(header.context(), nonce, content)
        parents = [self.shared.writers.number[p] for p in header.parents]
        plan = self._plan(checked, parents, township, actor, content)
        hashes = [self._branches.changes[n] for n in parents]
        scratch = self._branches.at(frozenset(parents)).fork(hashes) if parents else Document()
        return Content(self._schema, post, reason, scratch.perform(actor, plan.steps), plain)

    # --- reading -----------------------------------------------------------------------------

    def facts(self) -> Facts:
        """The record as it stands now."""
        return Facts(self.shared, None, lambda key: self.document().text_length(key))

    def document(self) -> Document:
        """The document with every applied change; for reading and export."""
        return self._branches.whole()

    def change_of(self, entry: EntryId) -> bytes:
        """The Automerge change hash of an applied entry."""
        return self._branches.changes[self.shared.writers.number[entry]]

    def order(self) -> list[Applied]:
        """Applied entries by causality, then claimed time."""
        claimed = [a.entry.header.claimed_ms for a in self.applied]
        return [self.applied[n] for n in self.shared.writers.linear(claimed)]


def _check_words(content: Content) -> None:
    """Raises BadOperation: post and reason are one bounded line each, schema a positive number."""
    limits = ((content.post, POST_CODE_POINTS), (content.reason, REASON_CODE_POINTS))
    if any(len(text) > most or refused_character(text, lines=False) for text, most in limits):
        raise BadOperation(why="post or reason")
    if content.schema < 1:
        raise BadOperation(why="schema")
