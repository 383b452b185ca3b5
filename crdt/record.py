"""The engine of one record: entries in, verdicts out, candidates and texts to read. Pure.

An entry is judged at its parents and performed there (Automerge regenerated, design section 3), so
arrival order never matters. Five states: applied, void (breaks a rule; kept and shown), closed (no key
here), waiting (a cause or a newer version is missing), quarantined (its author had left; it counts only if
a member builds on it). Void and closed pass on to whatever cites them.
`offer` judges and performs; `receive` judges and leaves performing for later (see performing.py).
Knows no store, no network and no signature: entries come in verified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from crdt.applied import Applied, Said
from crdt.document import Document
from crdt.entry import ActorId, Content, Entry, EntryId, Header, RecordId, actor_of
from crdt.errors import RecordFull, RuleBroken, WrongLayer, WrongPast
from crdt.facts import Facts, Shared
from crdt.judge import Author, Plan, judge
from crdt.operations import Operation, from_plain, split_key, to_plain
from crdt.performing import Performing, Task
from crdt.schema import SCHEMA
from crdt.steps import steps_of
from crdt.verdicts import HELD, LEFT, NEWER, EntryState, Offered, Verdict
from crdt.words import check_words
from keys.identity import DeviceId, TownshipId
from keys.limits import ENTRIES_IN_PAST, PARENTS_PER_ENTRY

_INSERTION_WEIGHT = 400
"""Bytes that the engine keeps for one code point of a text (measured)."""


# Asked for every entry that arrives, and an enumeration is slow to ask.
_WAITING, _APPLIED, _VOID, _CLOSED, _QUARANTINED, _ERASED = EntryState


_new = tuple.__new__  # what a named tuple's own maker calls; one call less for every entry


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
        self._performing = Performing()
        self._late: list[Verdict] = []
        self._waiting: dict[EntryId, Offered] = {}
        self._waiters: dict[EntryId, set[EntryId]] = {}
        self._vouched: set[EntryId] = set()

    # --- arriving ----------------------------------------------------------------------------

    def offer(self, offered: Offered) -> list[Verdict]:
        """`receive`, and perform at once; verdicts then say whether a change diverges."""
        fresh = {verdict.entry: verdict for verdict in self.receive(offered)}
        if fresh:
            fresh |= {verdict.entry: verdict for verdict in self.perform_pending()}
        return list(fresh.values())

    def receive(self, offered: Offered) -> list[Verdict]:
        """Take an entry in; returns verdicts that are new or changed, causes first. Idempotent.

        Whether a change diverges is not known yet: `perform_pending` finds it.
        """
        known = self.verdicts.get(offered.entry.id)
        if known is not None and known.state not in HELD:
            return []
        if known is None:
            self.weight += offered.entry.size
        fresh: list[Verdict] = []
        queue = [offered]
        if offered.vouches or offered.entry.id in self._vouched:
            queue += self._vouch(offered.entry.header.parents)
        while queue:
            item = queue.pop()
            verdict = self._judge(item)
            if self.verdicts.get(verdict.entry) != verdict:
                self.verdicts[verdict.entry] = verdict
                fresh.append(verdict)
            if verdict.state in HELD:
                self._wait(item)
                if verdict.reason == NEWER and fresh and fresh[-1] is verdict:
                    queue += self._awoken(self._waiters.get(verdict.entry, set()))
                continue
            self._waiting.pop(verdict.entry, None)
            if self._waiters:
                queue += self._awoken(self._waiters.pop(verdict.entry, set()))
        return fresh

    def _awoken(self, waiters: set[EntryId]) -> list[Offered]:
        return [self._waiting[w] for w in sorted(waiters, reverse=True) if w in self._waiting]

    def _vouch(self, cited: Sequence[EntryId]) -> list[Offered]:
        """Quarantined entries that count from now on, as somebody who counts built on them."""
        released: list[Offered] = []
        queue = list(cited)
        while queue:
            entry = queue.pop()
            if entry in self._vouched or self._state(entry) not in HELD:
                continue
            self._vouched.add(entry)  # also where it is not here yet
            if (held := self._waiting.get(entry)) is not None:
                queue += held.entry.header.parents
                if held.hold == LEFT:
                    released.append(held)
        return released

    @property
    def waits(self) -> bool:
        """Whether any entry here waits."""
        return bool(self._waiting)

    def missing(self) -> dict[EntryId, list[EntryId]]:
        """Per waiting entry the parents that are not here."""
        return {
            entry: [p for p in offered.entry.header.parents if p not in self.verdicts]
            for entry, offered in self._waiting.items()
        }

    def _wait(self, item: Offered) -> None:
        self._waiting[item.entry.id] = item
        for parent in item.entry.header.parents:
            if self._state(parent) in HELD:
                self._waiters.setdefault(parent, set()).add(item.entry.id)

    def _judge(self, item: Offered) -> Verdict:
        entry, content = item.entry, item.content
        if item.fault:
            return Verdict(entry.id, _VOID, item.fault)
        if item.hold and not (item.hold == LEFT and entry.id in self._vouched):
            state = _QUARANTINED if item.hold == LEFT else _WAITING
            return Verdict(entry.id, state, item.hold)
        standing = self._standing(entry.header.parents)
        if standing == _WAITING:
            return Verdict(entry.id, _WAITING, self._awaits(entry, content))
        if standing == _VOID:
            return Verdict(entry.id, _VOID, WrongPast.code)
        if standing == _CLOSED or content is None:
            return Verdict(entry.id, _CLOSED)
        if content.schema > self._schema:
            return Verdict(entry.id, _WAITING, NEWER)
        try:
            self._apply(entry, content, item.nonce, sealed=item.sealed)
        except RuleBroken as fault:
            return Verdict(entry.id, _VOID, fault.code)
        return _new(Verdict, (entry.id, _APPLIED, "", False))

    def _awaits(self, entry: Entry, content: Content | None) -> str:
        """Why an entry waits of which a parent waits or is missing."""
        if content is None or content.schema <= self._schema:
            return "parent"
        held = [self.verdicts.get(p) for p in entry.header.parents]
        upgrade = all(v is not None and (v.state not in HELD or v.reason == NEWER) for v in held)
        return NEWER if upgrade else "parent"

    def _standing(self, parents: tuple[EntryId, ...]) -> EntryState:
        """What the parents pass on: waiting before void before closed."""
        if len(parents) == 1:
            return _WAITING if (state := self._state(parents[0])) == _QUARANTINED else state
        found = {self._state(parent) for parent in parents}
        if _QUARANTINED in found:
            return _WAITING
        for state in (_WAITING, _VOID, _CLOSED):
            if state in found:
                return state
        return _APPLIED

    def _state(self, entry: EntryId) -> EntryState:
        verdict = self.verdicts.get(entry)
        return _WAITING if verdict is None else verdict.state

    def _apply(self, entry: Entry, content: Content, nonce: bytes, *, sealed: bool) -> None:
        operations = content.ready or tuple(from_plain(content.operations))
        township = self._township_of(entry.header.device)
        actor = actor_of(entry.context(), nonce, content)
        number = self.shared.writers.number
        parents = tuple([number[p] for p in entry.header.parents])
        plan = self._plan(operations, parents, township, actor, content)
        if plan.kind.sealed != sealed:
            raise WrongLayer
        self._index(entry.id, parents, plan)
        said = _new(Said, (content.schema, content.post, content.reason, content.change_hash))
        self.applied.append(_new(Applied, (entry, said, township, operations, actor)))
        self._performing.add()
        if self.home is None:
            self.home, self.shared.kind = township, plan.kind.name

    def _plan(
        self,
        operations: Sequence[Operation],
        parents: tuple[int, ...],
        township: TownshipId,
        actor: ActorId,
        content: Content,
    ) -> Plan:
        """Raises RuleBroken."""
        check_words(content)
        writers = self.shared.writers
        facts = seen = None
        if parents:
            if not (whole := writers.whole(parents)):
                if not writers.antichain(parents):
                    raise WrongPast(why="one parent is an ancestor of another")
                seen = writers.seen_by(parents)
            if content.schema < self._oldest(parents):
                raise WrongPast(why="schema")
            if (len(writers.ids) if whole else (seen or 0).bit_count()) >= ENTRIES_IN_PAST:
                raise RecordFull(limit=ENTRIES_IN_PAST)
            facts = Facts(self.shared, seen, lambda key: self._text_length(key, parents, seen))
        elif self.applied:
            raise WrongPast(why="a record begins once")
        return judge(
            operations, facts, Author(township, self.home or township), actor, content.schema
        )

    def _text_length(self, key: str, parents: tuple[int, ...], seen: int | None) -> int:
        length = self.shared.texts.length(key, self.shared.writers.past, seen)
        if length is None:  # two wrote at once: how their words merged, the document knows
            self._perform_all()
            length = self._performing.at(parents).text_length(key)
        return length

    def _index(self, entry: EntryId, parents: tuple[int, ...], plan: Plan) -> None:
        shared = self.shared
        mine = shared.writers.add(entry, parents, plan.writes)
        for collection, item in plan.items:
            shared.items.setdefault((collection, item), ([], set()))[0].append(mine)
        for key in plan.writes:
            shared.touch(key)
            if "/" in key and shared.items:
                collection, member, part = split_key(key)
                if part is not None and member is not None:
                    shared.items[(collection, member)][1].add(key)
        for key, (hunks, length) in plan.texts.items():
            count = sum(len(hunk[2]) for hunk in hunks)
            shared.texts.add(key, mine, shared.writers.past, hunks, length)
            shared.inserted.setdefault(key, []).append((mine, count))
            self.weight += _INSERTION_WEIGHT * count
        for key, cites, kept in plan.settles:
            shared.touch(key)
            listed = shared.keeps if kept else shared.settled
            listed.setdefault(key, []).append((mine, cites))

    # --- performing --------------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """How many applied entries are not performed yet."""
        return self._performing.pending

    def perform_pending(self, most: int | None = None) -> list[Verdict]:
        """Perform pending entries; verdicts of changes found to diverge since last asked.

        `most`: stop after about the work of so many entries in place; a hostile one costs more than one.
        Raises EngineFailed: the documents are dropped then, and what was judged stands.
        """
        start = self._performing.work
        while self._performing.pending and (
            most is None or 0 <= self._performing.work - start < most
        ):
            n, change = self._performing.next(self._task)
            applied = self.applied[n]
            verdict = self.verdicts[applied.entry.id]
            if change != applied.content.change_hash and not verdict.divergent:
                verdict = Verdict(verdict.entry, verdict.state, verdict.reason, divergent=True)
                self.verdicts[verdict.entry] = verdict
                self._late.append(verdict)
        late, self._late = self._late, []
        return late

    def _perform_all(self) -> None:
        """What diverges is told by the next `perform_pending`."""
        if self._performing.pending:
            self._late = self.perform_pending()

    def _task(self, n: int) -> Task:
        """What an applied entry does to the document: it follows from the entry alone."""
        applied = self.applied[n]
        number = self.shared.writers.number
        parents = tuple([number[p] for p in applied.entry.header.parents])
        steps = steps_of(applied.operations, applied.actor)
        return parents, applied.actor, steps

    # --- writing -----------------------------------------------------------------------------

    def heads(self) -> tuple[EntryId, ...]:
        """Parents of the next entry: the heads, sorted; the newest ones if a flood left too many."""
        ids = [self.shared.writers.ids[n] for n in self.shared.writers.heads()]
        if len(ids) > PARENTS_PER_ENTRY:  # the last in the order that every node has
            heads = set(ids)
            ordered = [a.entry.id for a in self.order() if a.entry.id in heads]
            ids = ordered[-PARENTS_PER_ENTRY:]
        return tuple(sorted(ids))

    def draft(
        self,
        header: Header,
        nonce: bytes,
        operations: Sequence[Operation],
        post: str,
        reason: str,
    ) -> Content:
        """The content of an entry that would say `operations` at `header.parents`. Raises RuleBroken.

        It keeps to the newest rules known here and is written by the oldest that know all it says: so an
        earlier program reads all that it can.
        The record does not change until the built entry is offered: what was performed to learn the
        change hash is then not performed again, and forgotten if anything else comes first.
        """
        plain = to_plain(operations)
        checked = from_plain(plain)
        parents = tuple([self.shared.writers.number[p] for p in header.parents])
        township = self._township_of(header.device)

        def written_by(schema: int) -> tuple[Content, ActorId]:
            content = Content(schema, post, reason, b"", plain)
            actor = actor_of(header.context(), nonce, content)
            self._plan(checked, parents, township, actor, content)
            return content, actor

        content, actor = written_by(self._schema)
        for older in range(self._oldest(parents), self._schema):
            with suppress(RuleBroken):
                content, actor = written_by(older)
                break
        self._ready_to_read()
        change = self._performing.draft(parents, actor, steps_of(checked, actor))
        return Content(content.schema, post, reason, change, plain)

    def _oldest(self, parents: tuple[int, ...]) -> int:
        """The lowest number of rules by which something may be said after `parents`."""
        return max([self.applied[p].content.schema for p in parents], default=1)

    # --- reading -----------------------------------------------------------------------------

    def facts(self) -> Facts:
        """The record as it stands now."""
        return Facts(self.shared, None, lambda key: len(self.text(key)), self.text)

    def text(self, key: str) -> str:
        """A mergeable text as it stands now."""
        words = self.shared.texts.words(key)
        return self.document().text(key) if words is None else words

    def document(self) -> Document:
        """The document with every applied change; for reading and export. Raises EngineFailed."""
        self._ready_to_read()
        return self._performing.whole()

    def change_of(self, entry: EntryId) -> bytes:
        """The Automerge change hash of an applied entry. Raises EngineFailed."""
        self._perform_all()
        return self._performing.change(self.shared.writers.number[entry])

    def _ready_to_read(self) -> None:
        """Everything applied is performed, and nothing else."""
        self._perform_all()
        if self._performing.drop_draft():
            self._perform_all()

    def ranks(self) -> Callable[[int], int]:
        """The place in `order` of an applied entry's number."""
        writers = self.shared.writers
        if writers.chain:
            return int
        order = writers.linear([a.entry.header.claimed_ms for a in self.applied])
        return {n: place for place, n in enumerate(order)}.__getitem__

    def order(self) -> list[Applied]:
        """Applied entries by causality, then claimed time."""
        claimed = [a.entry.header.claimed_ms for a in self.applied]
        return [self.applied[n] for n in self.shared.writers.linear(claimed)]
