"""What must not get lost and what was really said: kept apart from the nodes, for the oracles.

An entry counts as acknowledged from the moment its clerk was told that it is saved. A disk that is replaced
by an older copy takes with it what nobody else held; that is written down too, so that nobody asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulations.town import Town


class Witness:
    """`acked`: entry id → the place of the town that wrote it; `gone`: ids that went with a disk."""

    def __init__(self) -> None:
        self.acked: dict[bytes, int] = {}
        self.gone: set[bytes] = set()
        self.lost_in_crash: list[str] = []
        """Sentences: what was acknowledged and is not on its author's disk after the power came back."""
        self._away: set[bytes] = set()
        """Own entries of a town that an older disk lacks and that others will give back."""
        self._seen: dict[tuple[int, int, int], int] = {}

    def acknowledged(self, town: Town) -> None:
        """The town's clerk was told that everything written so far is saved."""
        service = town.service
        assert service is not None, "who is told something sits at a computer"
        found = service.writing.own_tip(town.ledger)
        if found is None:
            return
        _, log, _ = found
        key = (town.place, town.lives, log)
        rows = town.rows(
            "SELECT id, seq FROM entries WHERE log=? AND seq>? ORDER BY seq",
            log,
            self._seen.get(key, -1),
        )
        for entry, seq in rows:
            assert isinstance(entry, bytes) and isinstance(seq, int), "as the store keeps them"  # noqa: PT018
            self.acked[entry] = town.place
            self._seen[key] = seq

    def booted(self, town: Town) -> None:
        """The computer came up: everything its clerks were told is saved must be there."""
        own = {entry for entry, place in self.acked.items() if place == town.place} - self.gone
        if own:
            here = {entry for (entry,) in town.rows("SELECT id FROM entries")}
            self._away -= here & own
            for entry in sorted(own - here - self._away):
                self.lost_in_crash.append(f"{town.name} lost entry {entry.hex()[:8]} in a crash")

    def disk_replaced(self, town: Town, held: set[bytes], elsewhere: set[bytes]) -> None:
        """The disk of `town` holds only `held` now; what of its own is not `elsewhere` either is gone."""
        own = {entry for entry, place in self.acked.items() if place == town.place}
        self.gone |= own - held - elsewhere
        self._away |= own & elsewhere - held

    def expected(self) -> set[bytes]:
        """Every entry that must be everywhere in the end."""
        return self.acked.keys() - self.gone
