"""Bundles and drop folders for tests: files made by one town and taken by another, places in memory."""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterable

import fsspec

from crdt.entry import EntryId
from crdt.run import decode_run
from keys import canonical, seal
from keys.identity import DeviceId
from keys.limits import BUNDLE_CHUNK_BYTES, FRAME_BYTES
from keys.seal import SealingKey
from node.bundles import Bundles, Outcome
from node.drops import Drops, Visit
from protocol.bundle import Manifest, write_bundle
from protocol.messages import Found, Run
from tests.support.people import identity, seed
from tests.support.townships import Town, exchange

SEALED = BUNDLE_CHUNK_BYTES + 16
_numbers = itertools.count()


def bundle_for(maker: Town, *takers: Town, everything: bool = False) -> bytes:
    """What the takers are not known to hold, as the bytes of a file."""
    bundles = Bundles(maker.service)
    townships = [t.service.township for t in takers]
    held = {} if everything else bundles.held_by_all(maker.ledger, townships)
    devices = bundles.devices_of(maker.ledger, townships)
    return b"".join(bundles.parcel(maker.ledger, devices, held))


def receipt_for(maker: Town, *takers: Town) -> bytes:
    bundles = Bundles(maker.service)
    devices = bundles.devices_of(maker.ledger, [t.service.township for t in takers])
    return b"".join(bundles.parcel(maker.ledger, devices, None))


def take(town: Town, data: bytes) -> Outcome:
    return Bundles(town.service).take(lambda: io.BytesIO(data))


def entry_ids(town: Town) -> set[EntryId]:
    return {EntryId(row[0]) for row in town.service.ground.db.rows("SELECT id FROM entries")}


class Share:
    """A drop folder in memory, with a hand on its files."""

    def __init__(self) -> None:
        self.root = f"/share{next(_numbers)}"
        self.url = f"memory://{self.root}"
        self._fs = fsspec.filesystem("memory")

    def files(self) -> dict[str, bytes]:
        """Path below the root → content."""
        if not self._fs.exists(self.root):
            return {}
        found = self._fs.find(self.root)
        return {path[len(self.root) + 1 :]: self._fs.cat_file(path) for path in found}

    def put(self, name: str, data: bytes) -> None:
        self._fs.pipe_file(f"{self.root}/{name}", data)

    def remove(self, name: str) -> None:
        self._fs.rm_file(f"{self.root}/{name}")

    def become(self, files: dict[str, bytes]) -> None:
        """Exactly these files and no others."""
        for name in self.files().keys() - files.keys():
            self.remove(name)
        for name, data in files.items():
            self.put(name, data)


def visit(share: Share, *towns: Town, again: bool = False) -> list[Visit]:
    """One after the other."""
    return [Drops(town.service).sync(share.url, again=again) for town in towns]


def settle(share: Share, towns: Iterable[Town], rounds: int = 12, *, again: bool = False) -> int:
    """Visits in turn until nobody leaves, takes or removes anything; how many rounds it took."""
    for n in range(rounds):
        done = visit(share, *towns, again=again)
        if not any(v.came or v.written or v.removed or v.signatures for v in done):
            return n
    raise AssertionError("visits go on writing without an end")


def bundles_in(share: Share) -> list[str]:
    return [name for name in share.files() if name.endswith(".bundle")]


def at_once(share: Share, *members: Town) -> None:
    """Each visits the place as it was before any of them did; what each wrote and removed counts."""
    before = share.files()
    after = dict(before)
    for town in members:
        share.become(before)
        visit(share, town)
        own = f"/{town.service.device.hex()[:32]}/"
        now = share.files()
        assert {n: d for n, d in now.items() if own not in n} == {
            n: d for n, d in before.items() if own not in n
        }, "each writes in its own folder only"
        after = {n: d for n, d in after.items() if own not in n}
        after |= {n: d for n, d in now.items() if own in n}
    share.become(after)


def quietly(share: Share, name: str, data: bytes) -> None:
    """Other bytes under the same size and the same date, as a bad disk gives them."""
    file = fsspec.filesystem("memory").store[f"{share.root}/{name}"]
    file.seek(0)
    file.truncate()
    file.write(data)


# --- bundles by hand ---------------------------------------------------------------------------


def empty(label: str, town: Town) -> Town:
    """A fresh store of a member of the same ledger."""
    fresh = Town(label)
    fresh.service.ledgers.accept(town.ledger.invitation.encode())
    return fresh


def talk(*members: Town, words: int = 4) -> None:
    """They answer one another in two records."""
    first, second = members[0].create(), members[-1].create("示范二村")
    exchange(*members)
    for n in range(words):
        for place, town in enumerate(members):
            town.say((first, second)[n % 2], amount_claimed=str(100 * n + place + 1))
            exchange(*members)


def covered(data: bytes, label: str, town: Town) -> list[tuple[int, set[EntryId]]]:
    """(bytes of the file that must be there, entries that its owner then has), without our reader."""
    size = int.from_bytes(data[16:20], "big")
    at, number, plain = 20 + size, 0, b""
    binding = hashlib.sha256(data[:at]).digest()
    device = identity(label).device
    envelope = canonical.decode_list(data[20:at], 1 << 16)
    wraps = envelope[2]
    assert isinstance(wraps, list)
    [wrap] = [w[1] for w in wraps if isinstance(w, list) and w[0] == device.id]
    assert isinstance(wrap, bytes)
    secret = seal.unwrap(wrap, device.hpke, b"mulin/bundlekey/1" + device.id)
    steps: list[tuple[int, set[EntryId]]] = [(0, set())]
    while at < len(data):
        nonce = bytes([at + SEALED == len(data), 0, 0, 0]) + number.to_bytes(8, "big")
        aad = b"mulin/chunk/1" + binding + nonce
        plain += SealingKey(secret).open(nonce + data[at : at + SEALED], aad)
        at, number = at + SEALED, number + 1
        steps.append((at, entries_in(plain, town)))
    return steps


def entries_in(plain: bytes, town: Town) -> set[EntryId]:
    """Of every frame that is all there."""
    found: set[EntryId] = set()
    while len(plain) >= 4 and (size := int.from_bytes(plain[:4], "big")) <= len(plain) - 4:
        if size == 0:
            break
        frame = canonical.decode_list(plain[4 : 4 + size], FRAME_BYTES)
        if frame[0] == 3:
            assert isinstance(frame[2], bytes)
            run = decode_run(town.ledger.id, frame[2]).verified(town.ledger.members.is_member)
            found |= {e.id for e in run.entries}
        plain = plain[4 + size :]
    return found


def own_bundle(
    maker: Town,
    reader: Town,
    runs: Iterable[bytes],
    *,
    signer: str | None = None,
    found: bool = True,
) -> bytes:
    """A bundle with whatever somebody likes to seal in it."""
    device = identity(signer or maker.label).device
    ledger = maker.ledger
    key = ledger.members.delegations[reader.service.device].hpke_public
    manifest = Manifest(seed("forged", size=16), ledger.id, device.id, 1, {})
    content = [Found(ledger.invitation.encode())] if found else []
    pieces = write_bundle(
        manifest,
        device.sign,
        {DeviceId(reader.service.device): key},
        seed("its key"),
        [*content, *(Run(ledger.id, body) for body in runs)],
    )
    return b"".join(pieces)
