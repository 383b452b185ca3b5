"""The words that people write beside what they state, in which post and why, as they are signed."""

from __future__ import annotations

from dataclasses import dataclass

from crdt.errors import BadValue
from crdt.kinds.types import Line, Unfit
from keys.errors import Text
from keys.limits import POST_CODE_POINTS, REASON_CODE_POINTS


@dataclass(frozen=True, slots=True)
class Words:
    """A line beside the operations: who writes in which post, and why."""

    label: Text
    of: Line

    def words(self, text: str) -> str:
        """As it is signed. Raises BadValue."""
        try:
            return str(self.of.parse(text) or "")
        except Unfit as fault:
            raise BadValue(field=self.label, why=fault.why) from fault


POST = Words(Text("职务", "post"), Line(POST_CODE_POINTS))
REASON = Words(Text("理由", "reason"), Line(REASON_CODE_POINTS))
