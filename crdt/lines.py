"""Which keys speak for a member now: its own words after the epoch that names it. Pure.

A township changes its devices without asking anybody: by a word signed with the key that speaks for it,
or, when that is lost or stolen, with its recovery key, whose hash it gave before. The recovery key stands
above: what the old keys said since counts no more. Equal sets of words give equal lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crdt.epoch import Member
from crdt.statements import Devices, Fence, Recovery
from keys.card import Delegation
from keys.identity import DeviceId


@dataclass(slots=True)
class Line:
    """`member`: as it stands now; `gone`: devices that no longer write, with the fences up to which their
    logs count; `ever`: every device that a word which counted named. `twice`: it used one recovery key for
    two words."""

    member: Member
    gone: dict[DeviceId, tuple[Fence, ...]] = field(default_factory=dict)
    ever: dict[DeviceId, Delegation] = field(default_factory=dict)
    twice: bool = False


def line_of(member: Member, words: Iterable[Devices | Recovery]) -> Line:
    """How a member of an epoch stands after its own words."""
    line = Line(member, ever={d.device: d for d in member.card.delegations})
    named = {w.id: w for w in words if w.township == member.township}
    mine = [named[i] for i in sorted(named)]
    changes = [w for w in mine if isinstance(w, Devices)]
    recoveries = [w for w in mine if isinstance(w, Recovery)]
    for _ in range(len(recoveries) + 1):  # each counts once: it begins the next generation
        for word in sorted(changes, key=lambda w: (w.turn, w.id)):
            if _follows(line.member, word):
                _replace(line, word)
        before = line.member
        said = [
            r
            for r in recoveries
            if r.generation == before.generation + 1 and _opens(before.recovery, r)
        ]
        if not said:
            break
        line.twice = line.twice or len(said) > 1
        _replace(line, said[0])
    return line


def _follows(member: Member, word: Devices) -> bool:
    """Signed by the key that speaks, newer than what stands; a promised recovery key is not replaced so."""
    return (
        word.generation == member.generation
        and word.turn > member.turn
        and word.signer == member.card.township == word.card.township
        and (member.recovery is None or word.recovery == member.recovery)
    )


def _opens(promised: bytes | None, word: Recovery) -> bool:
    return promised is not None and commitment(word.signer) == promised


def commitment(recovery_public: bytes) -> bytes:
    """What stands in an epoch for a recovery key that nobody has seen."""
    return hashlib.sha256(b"mulin/recovery/1" + recovery_public).digest()


def _replace(line: Line, word: Devices | Recovery) -> None:
    """Devices that the new card leaves out are gone; what it names again is not.

    A recovery also says anew up to where the logs of those count that had gone before: whoever stole the
    old keys may have left the honest device out, with fences at its beginning.
    """
    listed = {d.device for d in word.card.delegations}
    for device in {d.device for d in line.member.card.delegations} - listed:
        line.gone[device] = tuple(f for f in word.fences if f.device == device)
    if isinstance(word, Recovery):
        for device, before in line.gone.items():
            line.gone[device] = tuple(f for f in word.fences if f.device == device) or before
    for device in listed:
        line.gone.pop(device, None)
    line.ever |= {d.device: d for d in word.card.delegations}
    turn = word.turn if isinstance(word, Devices) else 0
    line.member = replace(
        line.member,
        card=word.card,
        recovery=word.recovery,
        generation=word.generation,
        turn=turn,
    )
