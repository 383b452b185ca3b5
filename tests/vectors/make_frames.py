"""Vectors of the conversation: every message as a frame, digests of vectors, frames that are none."""

from __future__ import annotations

from typing import Any

from crdt.founding import FOUNDING, Founding, Invitation
from keys.canonical import Plain
from keys.identity import TownshipId
from keys.limits import WINDOW_BYTES
from keys.seal import key_id
from protocol import messages as m
from protocol.errors import Reason
from protocol.frames import encode_frame
from protocol.messages import vector_digest
from tests.support.people import identity, seed
from tests.vectors.shapes import Json, shown
from tests.vectors.story import LEDGER_KEY, TOWNS, Story, founding

INFO = b"mulin/wrap/1"


def founding_vectors(wraps: dict[str, str]) -> Json:
    """`wraps`: by device, made once, because they hold chance."""
    made = founding()
    complete = invitation(made, wraps)
    one = TownshipId(identity(TOWNS[0][0]).township.public)
    first = Invitation(made, {one: complete.signatures[one]}, complete.wraps)
    return {
        "purpose": FOUNDING,
        "name": made.name,
        "nonce": made.nonce.hex(),
        "key": LEDGER_KEY.secret.hex(),
        "key_id": key_id(LEDGER_KEY.secret).hex(),
        "founding": made.raw.hex(),
        "ledger": made.id.hex(),
        "wraps": [
            {
                "device": device.hex(),
                "hpke_private": identity(name).device.hpke.hex(),
                "info": (INFO + made.id + device).hex(),
                "wrapped": complete.wraps[device].hex(),
            }
            for name, *_ in TOWNS
            for device in [identity(name).device.id]
        ],
        "signatures": [
            {"township": t.hex(), "raw": raw.hex()}
            for t, raw in sorted(complete.signatures.items())
        ],
        "invitation_signed_by_one": first.encode().hex(),
        "invitation": complete.encode().hex(),
    }


def invitation(made: Founding, wraps: dict[str, str]) -> Invitation:
    signers = [identity(name).township for name, *_ in TOWNS]
    signatures = {TownshipId(key.public): made.sign(key) for key in signers}
    opened = {d: bytes.fromhex(wraps[d.hex()]) for d in made.delegations()}
    return Invitation(made, signatures, opened)


def wraps_that_open(known: dict[str, str]) -> dict[str, str]:
    """The known wraps if they open to the ledger key, else fresh ones: the only chance in these files."""
    made = founding()
    secrets = {identity(name).device.id: identity(name).device.hpke for name, *_ in TOWNS}
    try:
        for device, private in secrets.items():
            made.unwrap(bytes.fromhex(known[device.hex()]), device, private)
    except Exception:  # noqa: BLE001 - any fault means the same: make them anew
        delegations = made.delegations().values()
        return {d.device.hex(): made.wrap_for(d, LEDGER_KEY).hex() for d in delegations}
    return known


def frame_vectors(story: Story) -> Json:
    vector: m.Vector = {
        (s.who.device.id, s.incarnation): ((len(s.entries) - 1, s.entries[-1].id),)
        for s in (story.san, story.lu)
    }
    forked = dict(vector)
    log = next(iter(forked))
    ((seq, tip),) = forked[log]
    forked[log] = ((seq, tip), (3, seed("vectors", "another branch")))
    ledger = story.library.ledger
    run = [bytes(range(9))]
    said: list[m.Message] = [
        m.Hello(
            (1,), WINDOW_BYTES, ("127.0.0.1:7711",), ((ledger, vector_digest(vector)),), (seed(1),)
        ),
        m.Have(ledger, vector),
        m.Have(ledger, forked),
        m.Have(ledger, {}),
        m.Have(ledger, vector, seed("papers", size=16)),
        m.Run(ledger, run[0]),
        m.Ack(ledger, 9, ((log, (seq, tip)),)),
        m.Ack(ledger, 9, ()),
        m.Stop(ledger, log),
        m.Marks(ledger, log, ((seq, tip), (0, seed("first")))),
        m.Common(ledger, log, (0, seed("first"))),
        m.Common(ledger, log, None),
        m.Done(ledger),
        m.Share(ledger, vector_digest(vector)),
        m.Found(b"an invitation"),
        m.Ping(7),
        m.Pong(7),
        m.Goodbye(Reason.SHUTTING_DOWN, "evening"),
    ]
    return {
        "messages": [
            {
                "name": type(message).__name__,
                "plain": shown(m.to_plain(message)),
                "frame": encode_frame(m.to_plain(message)).hex(),
            }
            for message in said
        ],
        "vectors": [
            {"plain": shown(m.vector_plain(v)), "digest": vector_digest(v).hex()}
            for v in (*({}, vector, forked),)
        ],
        "bad": bad_frames(ledger, log),
    }


def bad_frames(ledger: bytes, log: m.LogName) -> Json:
    """Frames that a session answers with this goodbye, once the hellos are exchanged."""
    made: list[tuple[str, list[Plain], Reason]] = [
        ("an unknown message", [14, b""], Reason.BAD_FRAME),
        ("a field too many", [11, 1, 1], Reason.BAD_FRAME),
        ("true for one", [True, [1], 0, [], [], []], Reason.BAD_FRAME),
        ("an id too short", [8, ledger[:-1]], Reason.BAD_FRAME),
        ("a log twice", [2, ledger, [[*log, [[1, bytes(32)]]]] * 2], Reason.BAD_FRAME),
        ("a second hello", [1, [1], 0, [], [], []], Reason.UNEXPECTED),
        ("a ledger nobody shares", [8, seed("no ledger")], Reason.NOT_A_MEMBER),
        ("credit never earned", [4, ledger, 1, []], Reason.LIMIT),
    ]
    frames: list[dict[str, Any]] = [
        {"why": why, "frame": encode_frame(plain).hex(), "reason": int(reason)}
        for why, plain, reason in made
    ]
    raw = (
        ("a frame over the limit", "00100001", Reason.TOO_LARGE),
        ("a map", "0000000281a0", Reason.BAD_FRAME),
        ("a longer head than needed", "00000004820b1801", Reason.BAD_FRAME),
        ("no array", "00000001f6", Reason.BAD_FRAME),
    )
    return frames + [{"why": w, "frame": f, "reason": int(r)} for w, f, r in raw]
