"""What this machine can do at most, in the steps that a node is made of, on one core. Measured in every run.

The libraries bare, without a node around them, the best of three tries: a figure of the benchmark is held
against these, so that it says something on a machine of any speed. Automerge is reached through
`crdt.document`, its one importer.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crdt.document import Document, EditText, NewText, Put, Step
from crdt.entry import ActorId
from node.bench import workload
from node.bench.tlsrecords import rehearse
from node.tls import contexts

_RUNS = 3
_MESSAGE = bytes(300)
_ROW_BYTES = 300
_WS_MESSAGE_BYTES = 64 * 1024
_WS_MESSAGES = 3_000
_IMPORTS = "import sqlite3, ssl, cbor2, aiohttp.web, crdt.document, keys.identity, sqlite_utils"


def limits(folder: Path) -> dict[str, float]:
    """Every limit by its name with its unit; `folder` lies on the disk that is measured."""
    key = Ed25519PrivateKey.generate()
    public, signature = key.public_key(), key.sign(_MESSAGE)
    return {
        "sign_per_s": _rate(lambda: key.sign(_MESSAGE), 3_000),
        "verify_per_s": _rate(lambda: public.verify(signature, _MESSAGE), 2_000),
        "sha256_300b_per_s": _rate(lambda: hashlib.sha256(_MESSAGE).digest(), 200_000),
        "sqlite_rows_per_s": _sqlite(folder, 100, 400),
        "sqlite_commits_per_s": _sqlite(folder, 1, 1_000),
        "automerge_changes_per_s": _automerge(300),
        "websocket_bytes_per_s": asyncio.run(_websocket()),
        "tls_handshakes_per_s": _tls(),
        "python_start_s": min(_python_start() for _ in range(_RUNS)),
    }


def load() -> float:
    """How many processes wanted a processor during the last minute: what else ran before we began."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _rate(work: Callable[[], object], count: int) -> float:
    def once() -> float:
        began_s = time.perf_counter()
        for _ in range(count):
            work()
        return count / (time.perf_counter() - began_s)

    return max(once() for _ in range(_RUNS))


def _sqlite(folder: Path, rows: int, commits: int) -> float:
    """Rows a second into a table with one index, WAL and synchronous=FULL, `rows` in a transaction."""
    return max(_sqlite_once(folder, rows, commits) for _ in range(_RUNS))


def _sqlite_once(folder: Path, rows: int, commits: int) -> float:
    file = folder / "limit.db"
    db = sqlite3.connect(file, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE entry(n INTEGER PRIMARY KEY, id BLOB UNIQUE, body BLOB)")
        ids = iter([os.urandom(32) for _ in range(rows * commits)])
        body = os.urandom(_ROW_BYTES)
        began_s = time.perf_counter()
        for _ in range(commits):
            db.execute("BEGIN IMMEDIATE")
            some = [(next(ids), body) for _ in range(rows)]
            db.executemany("INSERT INTO entry(id, body) VALUES (?,?)", some)
            db.execute("COMMIT")
        return rows * commits / (time.perf_counter() - began_s)
    finally:
        db.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{file}{suffix}").unlink(missing_ok=True)


def _automerge(cases: int) -> float:
    """Changes a second: a document a case, its fields as values, its summary as a text, five edits."""
    plans = [_changes(number) for number in range(cases)]

    def once() -> float:
        began_s = time.perf_counter()
        for number, changes in enumerate(plans):
            document = Document()
            for place, steps in enumerate(changes):
                document.perform(ActorId(number.to_bytes(15, "big") + bytes([place])), steps)
        return sum(map(len, plans)) / (time.perf_counter() - began_s)

    return max(once() for _ in range(_RUNS))


def _changes(number: int) -> list[list[Step]]:
    typed = workload.case(number)
    text = typed.pop("summary")
    first: list[Step] = [Put(name, value) for name, value in typed.items()]
    first += [NewText("summary"), EditText("summary", [(0, 0, text)])]
    later: list[list[Step]] = []
    for place, edit in enumerate(workload.edits(number)):
        fields = edit.fields or {f"notes/{place}/text": edit.note}
        later.append([Put(name, value) for name, value in fields.items()])
    return [first, *later]


async def _websocket() -> float:
    """Bytes a second from a server to a client in one process over loopback, without TLS."""

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        side = web.WebSocketResponse(compress=False)
        await side.prepare(request)
        body = bytes(_WS_MESSAGE_BYTES)
        for _ in range(_WS_MESSAGES):
            await side.send_bytes(body)
        await side.close()
        return side

    runner = web.ServerRunner(web.Server(serve, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port, rates = runner.addresses[0][1], []
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(_RUNS):
                async with session.ws_connect(f"http://127.0.0.1:{port}/", compress=0) as socket:
                    began_s, size = time.perf_counter(), 0
                    async for message in socket:
                        size += len(message.data)
                    rates.append(size / (time.perf_counter() - began_s))
    finally:
        await runner.cleanup()
    return max(rates)


def _tls() -> float:
    """Mutual handshakes a second, both sides on one core and no network between them."""
    from keys.certificate import make_certificate
    from keys.keyfile import KEY_ENTROPY_BYTES, Identity

    one, other = (Identity.make(os.urandom(KEY_ENTROPY_BYTES)).device for _ in range(2))
    certificates = [make_certificate(d.tls) for d in (one, other)]
    server, client = contexts(one, certificates)[0], contexts(other, certificates)[1]
    return _rate(lambda: rehearse(client, server), 50)


def _python_start() -> float:
    """A process that only imports what a node stands on."""
    began_s = time.perf_counter()
    subprocess.run([sys.executable, "-c", _IMPORTS], check=True, cwd=_root())
    return time.perf_counter() - began_s


def _root() -> Path:
    return Path(__file__).resolve().parents[2]
