"""Drop folders: each device leaves bundles in a folder of its own and takes what others left. No clock.

`ledger/device/000012-3f2a9c1e.bundle`: nobody writes where another writes, no name is used twice and there is
no index, so writers never clash. What happens at one of them is `node.corner`. Knows no driver.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from node.corner import Corner, Visit
from node.errors import NoPlaces, NotFound, PlaceKnown
from node.places import Place, settled, shown
from node.service import Service

LIST_SETTING = "drops"
_EVERY = "visit_s"
VISIT_EVERY_S = 60


class Drops:
    """The drop folders of one node."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._book = service.ground.book

    def urls(self) -> list[str]:
        listed: list[str] = json.loads(self._book.setting(LIST_SETTING) or "[]")
        return listed

    def every_s(self) -> int:
        """How often a running node visits them."""
        return int(self._book.setting(_EVERY) or VISIT_EVERY_S)

    def add(self, url: str) -> str:
        """Use a folder from now on; returns how it is shown. Raises BadPlace, DriverMissing, PlaceKnown."""
        url = settled(url)
        place = Place(url)
        place.check()
        if url in self.urls():
            raise PlaceKnown(where=place.shown)
        self._put([*self.urls(), url])
        return place.shown

    def remove(self, text: str) -> str:
        """Use it no more; what lies there stays. `text`: the address, or as much as `list` shows of it."""
        known = self.urls()
        found = [u for u in known if text in (u, shown(u)) or settled(text) == u]
        if len(found) != 1:
            raise NotFound(what=shown(text))
        self._put([u for u in known if u != found[0]])
        return shown(found[0])

    def _put(self, urls: list[str]) -> None:
        with self._service.ground.db.transaction():
            self._book.set_setting(LIST_SETTING, json.dumps(urls))

    def chosen(self, text: str | None) -> list[str]:
        """All, or the one that is meant. Raises NoPlaces, NotFound."""
        known = self.urls()
        if not known:
            raise NoPlaces
        if text is None:
            return known
        found = [u for u in known if text in (u, shown(u)) or settled(text) == u]
        if not found:
            raise NotFound(what=shown(text))
        return found

    def sync(
        self, url: str, *, again: bool = False, going_on: Callable[[], bool] = lambda: True
    ) -> Visit:
        """Take what is new at a place, and leave what somebody lacks. Raises MulinError where it fails.

        `again`: also read what could not be read before; `going_on` gives False when it shall end early.
        """
        place = Place(url)
        place.check()
        visit = Visit(place.shown)
        for ledger in self._service.ledgers.all():
            key = hashlib.sha256(url.encode()).hexdigest()[:16]
            corner = Corner(self._service, place, ledger, f"drop/{key}/{ledger.hex[:16]}", visit)
            if not going_on():
                break
            corner.read(again=again)
            corner.write()
        return visit


__all__ = ["LIST_SETTING", "VISIT_EVERY_S", "Drops", "Visit"]
