"""From the contacts of a ledger to address cards. Where two laptops differ both numbers are on the card."""

from __future__ import annotations

import uuid

from crdt.entry import RecordId
from crdt.kinds.contact import KIND
from crdt.kinds.types import Choice, Choices
from keys.errors import Text
from node.forms.desk import Desk
from node.forms.values import Values
from node.forms.vcard import Card

_RECORDS = uuid.UUID("b0b1b6a2-9c1c-5f5e-8a3d-6d756c696e00")
"""Ours: the same record has the same uid in every export, of every township."""
_DIFFER = Text("{who}填，待核对", "said by {who}, to be settled")
_NOTED = ("languages", "on_leave_until", "last_checked_on", "remark")
_SAID = Text("{label}：{what}", "{label}: {what}")


def cards(desk: Desk, lang: str) -> tuple[list[Card], int]:
    """Who is in a post today, by township, office and post; how many are not any more."""
    today, found, over = desk.service.seals.today(), list[Card](), 0
    for row in desk.service.ground.model.records(desk.ledger.n, KIND.name):
        seen = desk.open(row.id)
        if str(seen.registers["valid_to"] or "9999") < today:
            over += 1
        else:
            found.append(_card(desk, row.id, lang))
    return sorted(found, key=lambda c: (c.org, c.title, c.uid)), over


def _card(desk: Desk, record: RecordId, lang: str) -> Card:
    seen = desk.open(record)
    values = Values(desk.service, desk.ledger, seen, lang)
    said = {name: str(value or "") for name, value in seen.registers.items()}
    role, topics = KIND.by_name["role"].type, KIND.by_name["liaison_for"].type
    assert isinstance(role, Choice), "roles are declared"
    assert isinstance(topics, Choices), "topics are declared"
    unclear = [c for c in seen.conflicts if c.key not in ("phone", *_NOTED)]
    noted = [*_NOTED, *dict.fromkeys(c.key for c in unclear if c.key in seen.registers)]
    notes = [
        _SAID.say(lang).format(label=KIND.by_name[name].label.say(lang), what=shown)
        for name in noted
        if (shown := values.field(name))
    ]
    post = said["post"] or said["office"] or record.hex()[:8]
    held = desk.service.record(desk.ledger, record)
    return Card(
        uid=uuid.uuid5(_RECORDS, record.hex()).urn,
        name=said["name"] or post,
        org=(desk.ledger.members.name_of(seen.home), said["office"]),
        title=post,
        role=role.show(seen.registers["role"], lang),
        phones=tuple(_phones(desk, record, lang)),
        categories=tuple(topics.of.show(code, lang) for code in seen.sets["liaison_for"]),
        note="\n".join(notes),
        changed_ms=max(one.entry.header.claimed_ms for one in held.order()),
    )


def _phones(desk: Desk, record: RecordId, lang: str) -> list[tuple[str, str]]:
    seen = desk.open(record)
    found: list[tuple[str, str]] = []
    if (phone := seen.registers["phone"]) is not None:
        found.append((str(phone), ""))
    for about in seen.conflicts:
        if about.key == "phone":
            who = _DIFFER.say(lang).format(who=desk.ledger.members.name_of(seen.home))
            found += [(str(c.value), who) for c in about.candidates if c.value is not None]
    for item in seen.items["phones"]:
        number = item.fields.get("phone")
        if not item.removed and number is not None:
            found.append((str(number), str(item.fields.get("label") or "")))
    return found
