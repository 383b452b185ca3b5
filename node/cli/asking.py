"""What a person at a terminal is asked for: the required fields of a new record that were not typed.

One question a field, in the person's language; what cannot be taken is answered in one sentence and asked
again. Programs, pipes and `--json` are asked nothing. Names no kind and no field.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crdt.errors import WHY_EMPTY, BadValue
from crdt.kinds.types import Choice, Line
from keys.errors import Text

if TYPE_CHECKING:
    from crdt.kinds.language import Field, Kind
    from node.cli.face import Face

_TRIES = 3
_ASKED = Text("{field}：", "{field}: ")
_LIKE = Text("{field}（例 {example}）：", "{field} (such as {example}): ")
_CHOICES = Text(
    "{field}可以填：{known}。写几个字的拼音首字母也行。",
    '"{field}" is one of: {known}.',
)


def with_answers(face: Face, kind: Kind, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, and answers to what was not. Raises UnknownField, BadValue."""
    found = dict(typed)
    if face.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return found
    from node.assign import field_named

    said = {field_named(kind, name).name for name in typed}
    for declared in kind.fields:
        if declared.required and not declared.today and declared.name not in said:
            answer = _asked(face, declared)
            if answer is None:
                break
            found[declared.name] = answer
    return found


def _asked(face: Face, declared: Field) -> str | None:
    """An answer that can be taken; None where nobody answers. Raises BadValue after some that cannot."""
    if isinstance(declared.type, Choice):
        known = [label.say(face.lang) for label in declared.type.labels.values()]
        between = Text("、", ", ").say(face.lang)
        face.wrapped(_CHOICES, field=declared.label, known=between.join(known))
    tries = 0
    while True:
        answer = face.ask(_question(declared), field=declared.label, example=_example(declared))
        if answer is None:
            face.line()
            return None
        try:
            _check(face, declared, answer)
        except BadValue as fault:
            tries += 1
            if tries == _TRIES:
                raise
            face.complain(fault)
        else:
            return answer


def _check(face: Face, declared: Field, answer: str) -> None:
    """Raises BadValue."""
    if not answer:
        raise BadValue(field=declared.label, why=WHY_EMPTY)
    face.service.try_value(face.ledger, declared, answer)


def _question(declared: Field) -> Text:
    return _ASKED if isinstance(declared.type, (Choice, Line)) else _LIKE


def _example(declared: Field) -> str:
    from node.cli.examples import value_example

    return value_example(declared.type)
