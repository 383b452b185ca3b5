"""The epochs of a ledger, one after the other, from all that is known to be signed about it. Pure.

The founding, then whatever the votes adopted, then each member's own words about its devices. A pure
function of the set of statements: equal sets give the same members on every node. Knows no store; what an
entry of somebody who left counts for is told by `standing`, how it is judged is `crdt.record`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from crdt.ballot import Outcome, count
from crdt.epoch import NEW_KEY, Epoch, EpochId, Member
from crdt.founding import Founding
from crdt.lines import Line, line_of
from crdt.statements import (
    Acknowledgement,
    Consent,
    Devices,
    Fence,
    Grant,
    Proposal,
    Recovery,
    Statement,
    StatementId,
    Vote,
)
from keys.card import Delegation
from keys.identity import DeviceId, TownshipId
from keys.limits import EPOCHS_PER_LEDGER


@dataclass(frozen=True, slots=True)
class Standing:
    """What a device is to a ledger. `gone`: it no longer writes, and up to `fences` its logs count."""

    township: TownshipId
    delegation: Delegation
    gone: bool = False
    fences: tuple[Fence, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An adopted epoch with the proposal and the votes that made it so; the founding has neither."""

    epoch: Epoch
    proposal: Proposal | None
    certificate: tuple[Vote, ...]
    rejected: tuple[Proposal, ...]
    doubles: dict[TownshipId, tuple[Vote, Vote]]


@dataclass(slots=True)
class Chain:
    """`open`: the count of what may follow the last step. `members` as they stand now."""

    founding: Founding
    steps: list[Step]
    open: Outcome
    members: dict[TownshipId, Member]
    devices: dict[DeviceId, Standing]
    grants: dict[bytes, list[Grant]] = field(default_factory=dict)
    consents: dict[StatementId, list[Consent]] = field(default_factory=dict)
    known_to: dict[EpochId, frozenset[TownshipId]] = field(default_factory=dict)
    """Per epoch the townships that acknowledged it."""

    @property
    def epoch(self) -> Epoch:
        return self.steps[-1].epoch

    @property
    def number(self) -> int:
        return self.epoch.number

    @property
    def final(self) -> bool:
        """Whether all members acknowledged the last epoch: nothing undoes it any more."""
        told = self.known_to.get(self.epoch.id, frozenset())
        return not self.number or self.epoch.townships() <= told

    def former(self) -> dict[TownshipId, Step]:
        """Townships that were members, with the step that removed them last."""
        found: dict[TownshipId, Step] = {}
        for before, step in zip(self.steps, self.steps[1:], strict=False):
            for township in before.epoch.townships() - step.epoch.townships():
                found[township] = step
        return {t: step for t, step in found.items() if t not in self.members}


def fold(founding: Founding, statements: Iterable[Statement]) -> Chain:
    """The chain that these statements make."""
    known = _Known.sorted_out(founding, statements)
    step = Step(Epoch.of_founding(founding), None, (), (), {})
    steps, agreed = [step], known.agreed()
    while True:
        lines, ever = known.lines(steps)
        devices = _devices(steps, lines, ever, agreed)
        acknowledged = known.acknowledged(devices)
        outcome = count(
            step.epoch,
            known.proposals,
            known.votes,
            _speaker(step.epoch, lines, devices),
            acknowledged,
        )
        if outcome.adopted is None or len(steps) > EPOCHS_PER_LEDGER:
            members = {t: lines[t].member for t in sorted(step.epoch.townships())}
            return Chain(
                founding,
                steps,
                outcome,
                members,
                devices,
                known.grants,
                known.consents,
                acknowledged,
            )
        after = outcome.adopted.epoch
        step = Step(after, outcome.adopted, outcome.certificate, outcome.rejected, outcome.doubles)
        steps.append(step)


@dataclass(slots=True)
class _Known:
    """Statements of one ledger by what they are."""

    proposals: list[Proposal] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    words: list[Devices | Recovery] = field(default_factory=list)
    grants: dict[bytes, list[Grant]] = field(default_factory=dict)
    consents: dict[StatementId, list[Consent]] = field(default_factory=dict)
    acks: dict[EpochId, set[bytes]] = field(default_factory=dict)

    @classmethod
    def sorted_out(cls, founding: Founding, statements: Iterable[Statement]) -> _Known:
        known = cls()
        for one in sorted(statements, key=lambda s: s.id):
            if one.ledger != founding.id:
                continue
            match one:
                case Proposal():
                    known.proposals.append(one)
                case Vote():
                    known.votes.append(one)
                case Devices() | Recovery():
                    known.words.append(one)
                case Consent():
                    known.consents.setdefault(one.proposal, []).append(one)
                case Acknowledgement():
                    known.acks.setdefault(one.epoch, set()).add(one.signer)
                case Grant():
                    known.grants.setdefault(one.key_id, []).append(one)
        return known

    def agreed(self) -> set[tuple[DeviceId, TownshipId]]:
        """(device, township): the device itself signed that it is the township's, as a word of it says."""
        return {
            (DeviceId(c.signer), w.township)
            for w in self.words
            for c in self.consents.get(w.id, ())
            if c.signer in {d.device for d in w.card.delegations}
        }

    def acknowledged(
        self, devices: dict[DeviceId, Standing]
    ) -> dict[EpochId, frozenset[TownshipId]]:
        """Per epoch, adopted or proposed, the townships of which a device acknowledged it."""
        proposed = {p.epoch.id: p.epoch for p in self.proposals}
        found: dict[EpochId, frozenset[TownshipId]] = {}
        ever = {d: s.township for d, s in devices.items()}
        for epoch, signers in self.acks.items():
            named = proposed[epoch].members if epoch in proposed else ()
            whose = ever | {d.device: m.township for m in named for d in m.card.delegations}
            found[epoch] = frozenset(whose[DeviceId(s)] for s in signers if DeviceId(s) in whose)
        return found

    def lines(
        self, steps: list[Step]
    ) -> tuple[dict[TownshipId, Line], dict[TownshipId, dict[DeviceId, Delegation]]]:
        """Of everybody who ever was a member, as the last epoch that names them says and its words since; and
        every device that each ever named. What an earlier line left out stays left out."""
        lines: dict[TownshipId, Line] = {}
        ever: dict[TownshipId, dict[DeviceId, Delegation]] = {}
        seen: dict[TownshipId, Member] = {}
        for member in (m for s in steps for m in s.epoch.members):
            if seen.get(member.township) == member:
                continue
            seen[member.township] = member
            line, before = line_of(member, self.words), lines.get(member.township)
            if before is not None:
                listed = {d.device for d in line.member.card.delegations}
                left = {d: f for d, f in before.gone.items() if d not in listed}
                line.gone = left | line.gone
            lines[member.township] = line
            known = ever.get(member.township, {})
            ever[member.township] = known | {d: v for d, v in line.ever.items() if d not in known}
        return lines, ever


def _speaker(
    epoch: Epoch, lines: dict[TownshipId, Line], devices: dict[DeviceId, Standing]
) -> Callable[[bytes], TownshipId | None]:
    """For whom a key speaks on what follows an epoch: for a member, if the epoch or a later word of the
    member names it. A device that an adopted epoch no longer names has no say after it."""
    named = {d: t for t in epoch.townships() for d in lines[t].ever}

    def speaks(key: bytes) -> TownshipId | None:
        standing, township = devices.get(DeviceId(key)), named.get(DeviceId(key))
        return township if standing is not None and standing.township == township else None

    return speaks


def _devices(
    steps: list[Step],
    lines: dict[TownshipId, Line],
    ever: dict[TownshipId, dict[DeviceId, Delegation]],
    agreed: set[tuple[DeviceId, TownshipId]],
) -> dict[DeviceId, Standing]:
    """Every device that ever wrote or may write here. A card proves no possession of the keys on it, and
    nobody takes another's by naming them: what was founded stands, then what the device itself agreed to,
    then what was voted."""
    found: dict[DeviceId, Standing] = {}
    certificates: set[bytes] = set()
    members = steps[-1].epoch.townships()

    def add(township: TownshipId, delegation: Delegation) -> None:
        if delegation.device not in found and delegation.certificate not in certificates:
            found[delegation.device] = Standing(township, delegation)
            certificates.add(delegation.certificate)

    def add_all(epochs: Iterable[Step]) -> None:
        for step in epochs:
            for member in step.epoch.members:
                for delegation in member.card.delegations:
                    add(member.township, delegation)

    add_all(steps[:1])
    named = [(t, d, said) for t, listed in ever.items() for d, said in listed.items()]
    named.sort(key=lambda n: (n[0], n[1]))
    for township, device, delegation in named:
        if (device, township) in agreed:
            add(township, delegation)
    add_all(steps[1:])
    for township, _, delegation in named:
        add(township, delegation)
    for device, standing in found.items():
        line = lines[standing.township]
        if standing.township not in members:
            found[device] = replace(standing, gone=True, fences=_fences(steps, standing))
        elif device not in {d.device for d in line.member.card.delegations}:
            fences = line.gone.get(device) or _fences(steps, standing)
            found[device] = replace(standing, gone=True, fences=fences)
    return found


def _fences(steps: list[Step], standing: Standing) -> tuple[Fence, ...]:
    """Up to where the votes that removed a device's township, or replaced its keys, had its logs."""
    removed = [s for s in steps if s.epoch.about == standing.township and s.epoch.change in NEW_KEY]
    if not removed:
        return ()
    told = {f for v in removed[-1].certificate for f in v.fences}
    return tuple(
        sorted(
            (f for f in told if f.device == standing.delegation.device),
            key=lambda f: (f.incarnation, f.seq, f.entry),
        )
    )
