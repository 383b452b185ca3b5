"""Recovery keys from making to using: what is printed, for which ledgers, and how old keys are replaced.

Between the command line and `node.ownkeys`: knows the node's folder, where a stolen key file is replaced.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crdt.statements import Fence
from keys import keyfile, recovery
from keys.errors import Text
from node.exchange import Joining
from node.home import Home
from node.ledgers import Ledger
from node.ownerrors import RecoveryKeyUnknown
from node.ownkeys import Held
from node.service import Service
from node.shares import MARK
from node.sheet import Sheet

Print = Callable[[bytes, Sequence[str]], None]
"""Puts a new recovery key on paper, with the names of the ledgers it is for; safe when it returns."""

_TITLE = Text("恢复密钥", "Recovery key")
_SHARE = Text("恢复密钥分存单", "Share of a recovery key")
_TOWNSHIP = Text("乡镇", "Township")
_LEDGERS = Text("账本", "Ledgers")
_NUMBER = Text("第几份", "Share")
_ADVICE = (
    Text(
        "打印后放进保险柜，不要留在电脑、手机和网盘里。",
        "Print it, lock it away; keep it on no computer, phone or cloud.",
    ),
    Text(
        "电脑丢失、被盗或损坏时，在新电脑上：mulin init，再 mulin recovery use",
        "When the laptop is lost, stolen or broken, on a new one: mulin init, then mulin recovery use",
    ),
    Text(
        "谁拿到这张纸，谁就能代替本乡镇。只能用一次，用时会打印新的。",
        "Whoever holds this sheet can take the township's place. It works once and brings a new one.",
    ),
)
_SHARE_ADVICE = (
    Text(
        "每人保管一份，不要放在一起，也不要拍照。",
        "One officer keeps one share; never together, and no photographs.",
    ),
    Text(
        "需要时凑够份数：mulin recovery join 文件 文件",
        "When needed, bring enough of them together: mulin recovery join FILE FILE",
    ),
)


def sheet(name: str, seed: bytes, ledgers: Sequence[str]) -> Sheet:
    """A township's recovery key as a page."""
    facts = ((_TOWNSHIP, name), (_LEDGERS, "、".join(ledgers)))
    return Sheet(_TITLE, facts if ledgers else facts[:1], recovery.to_text(seed), _ADVICE)


def share_sheet(name: str, share: str, number: int, of: int, need: int) -> Sheet:
    """One share as a page."""
    counted = f"{number}/{of}，凑够 {need} 份可还原 · any {need} give the key back"
    facts = ((_TOWNSHIP, name), (_NUMBER, counted))
    return Sheet(_SHARE, facts, f"{MARK} {share}", _SHARE_ADVICE)


def new_seed() -> bytes:
    return secrets.token_bytes(recovery.SEED_BYTES)


def create(service: Service, on_paper: Print) -> list[Ledger]:
    """A recovery key for every ledger without one: first on paper, then promised. Raises MulinError."""
    ledgers = service.own_keys.promise_in()
    seed = new_seed()
    on_paper(seed, [k.name for k in ledgers])
    key = recovery.key_of(seed)
    for ledger in ledgers:
        service.own_keys.promise(ledger, key)
    return ledgers


@dataclass(frozen=True, slots=True)
class Recovered:
    """`aside`: where the key file that stood here is kept, None if it stays in use."""

    service: Service
    ledgers: list[Ledger]
    aside: str | None


def use(
    home: Home,
    service: Service,
    passphrase: str | None,
    seed: bytes,
    passed: Sequence[Joining],
    on_paper: Print,
) -> Recovered:
    """New keys for this township in every ledger that its recovery key speaks for.

    Raises RecoveryKeyUnknown and what printing raises, and then changes nothing.
    Done again after it was broken off it goes on, with the new sheet where that was printed already.
    """
    key = recovery.key_of(seed)
    given: dict[bytes, tuple[Fence, ...]] = {}
    for joining in passed:
        ledger = service.ledgers.take_up(joining.invitation, joining.parsed())
        given[ledger.id] = joining.fences
    concerned = [k for k in service.ledgers.all() if _concerns(service, k, seed)]
    if not concerned:
        raise RecoveryKeyUnknown
    held = {k.id: _held(service, k, given.get(k.id, ())) for k in concerned}
    after = new_seed()
    on_paper(after, [k.name for k in concerned])
    aside = None
    if any(k.members.has_written(service.device) for k in concerned):
        aside, service = _with_new_keys(home, service, passphrase)
    found: list[Ledger] = []
    for ledger in concerned:
        here = service.ledgers.get(ledger.id)
        assert here is not None, "the store is the same"
        service.own_keys.recover(here, key, recovery.key_of(after), held[ledger.id])
        found.append(here)
    return Recovered(service, found, aside)


def _concerns(service: Service, ledger: Ledger, seed: bytes) -> bool:
    try:
        service.own_keys.promised(ledger, recovery.key_of(seed))
    except RecoveryKeyUnknown:
        return False
    return ledger.signed


def _held(service: Service, ledger: Ledger, given: tuple[Fence, ...]) -> Held:
    """What this store holds, and what was passed on about logs that it may not hold."""
    fences = dict.fromkeys([*service.epochs.fences(ledger), *given])
    return Held(dict(ledger.keys), tuple(fences))


def _with_new_keys(home: Home, service: Service, passphrase: str | None) -> tuple[str, Service]:
    """The same store in the hands of new keys; the old key file is kept aside."""
    service.ground.db.close()
    made = keyfile.Identity.make(secrets.token_bytes(keyfile.KEY_ENTROPY_BYTES))
    aside = home.replace_keys(made, passphrase)
    service = home.open(passphrase)
    with service.ground.db.transaction():
        service.ground.book.set_setting("device", service.device.hex())
    return str(aside), service
