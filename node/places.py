"""A folder somewhere: on this disk, on a stick, on a share, in a bucket. The one file that imports fsspec.

Addresses may hold passwords: what is shown, raised or written to a log is `shown`, without them. Which files
mean what, `node.drops` knows.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from keys.errors import MulinError, Text
from node.errors import BadPlace, DriverMissing, FileGone, PlaceTrouble

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from node.bundles import Reads

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{1,20})://", re.ASCII)
# What brings the driver, where the library's own module is here and what that needs is not.
_PACKAGES = {
    "smb": "smbprotocol",
    "webdav": "webdav4",
    "sftp": "paramiko",
    "ssh": "paramiko",
    "s3": "s3fs",
    "s3a": "s3fs",
    "http": "requests",
    "https": "requests",
}
# Where a file may be written aside and renamed in one step; elsewhere it is there whole or not at all.
_RENAMES = {"file", "local", "smb", "sftp", "ssh"}
_ABSENT = Text("没有找到", "it is not there")
_FOLDERS_MAX = 1024
_FILES_MAX = 256
_TRIES = 5
# How a listing says that a file is another than before: whatever the place knows of it.
_MARKS = ("size", "mtime", "last_write_time", "LastModified", "ETag", "etag", "modified", "created")


class Place:
    """One drop folder. Every method raises PlaceTrouble where the place fails."""

    def __init__(self, url: str) -> None:
        """Raises BadPlace, DriverMissing."""
        self.shown = shown(url)
        self._fs, self._root = _connect(url, self.shown)

    def check(self) -> None:
        """A stick that is not plugged in must not be written to where it would be."""
        if not _schemes(self._fs).isdisjoint({"file", "local"}) and not os.path.isdir(self._root):
            raise PlaceTrouble(where=self.shown, why=_ABSENT)

    def folders(self, of: str) -> list[str]:
        """Names of the folders in `of`; none where it is not there."""
        return [name for name, kind, _ in self._list(of) if kind == "directory"][:_FOLDERS_MAX]

    def files(self, of: str) -> dict[str, str]:
        """Names of the files in `of`, each with a text that changes when the file does."""
        listed = [(name, mark) for name, kind, mark in self._list(of) if kind == "file"]
        return dict(listed[-_FILES_MAX:])

    def _list(self, of: str) -> list[tuple[str, str, str]]:
        with self._troubles():
            return sorted(
                (str(one["name"]).rstrip("/").rpartition("/")[2], str(one["type"]), _mark(one))
                for one in self._entries(self._path(of))
            )

    def _entries(self, path: str) -> list[dict[str, Any]]:
        """What lies in a folder; where a file vanishes meanwhile some drivers say that the folder did."""
        for _ in range(_TRIES):
            self._fs.invalidate_cache()
            try:
                found: list[dict[str, Any]] = self._fs.ls(path, detail=True)
            except FileNotFoundError:
                if not self._fs.exists(path):
                    return []
            else:
                return found
        raise FileNotFoundError(path)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[Reads]:
        """The file's bytes; it is never written to."""
        with self._troubles():
            file = self._fs.open(self._path(name), "rb")
        try:
            yield _Reading(file, self._troubles)
        finally:
            with contextlib.suppress(Exception):
                file.close()

    def put(self, folder: str, name: str, pieces: Iterable[bytes]) -> None:
        """Write a new file: seen by others whole or, where the place cannot do that, as it grows."""
        final = self._path(f"{folder}/{name}")
        renames = not _schemes(self._fs).isdisjoint(_RENAMES)
        target = self._path(f"{folder}/.{name}.part") if renames else final
        with self._troubles():
            self._fs.makedirs(self._path(folder), exist_ok=True)
            file = self._fs.open(target, "wb")
        try:
            for piece in pieces:  # what fails in making them is no trouble of the place
                with self._troubles():
                    file.write(piece)
        except BaseException:
            with contextlib.suppress(Exception):
                file.close()
            raise
        with self._troubles():
            _sync(file)
            file.close()
            if renames:
                self._fs.mv(target, final)

    def remove(self, name: str) -> None:
        with self._troubles(), contextlib.suppress(FileNotFoundError):
            self._fs.rm_file(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    @contextlib.contextmanager
    def _troubles(self) -> Iterator[None]:
        """A driver raises what it likes, and its words may hold the address with its password."""
        try:
            yield
        except MulinError:
            raise
        except FileNotFoundError:
            raise FileGone(where=self.shown, why=_ABSENT) from None
        except Exception as fault:  # noqa: BLE001  (whatever it is, it is that place's trouble)
            why = os.strerror(fault.errno) if isinstance(fault, OSError) and fault.errno else ""
            raise PlaceTrouble(where=self.shown, why=why or type(fault).__name__) from None


class _Reading:
    """A file of a place: reading it has the place's troubles, and what is done meanwhile has none of them."""

    def __init__(self, file: Any, troubles: Callable[[], AbstractContextManager[None]]) -> None:
        self._file = file
        self._troubles = troubles

    def read(self, size: int, /) -> bytes:
        with self._troubles():
            return bytes(self._file.read(size))


def _schemes(fs: AbstractFileSystem) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)


def _sync(file: Any) -> None:
    """Where it is a file of this machine: safe on the medium before it gets its name."""
    with contextlib.suppress(Exception):
        file.flush()
        os.fsync(file.fileno())


def _mark(one: dict[str, Any]) -> str:
    return "/".join(str(one[key]) for key in _MARKS if one.get(key) is not None)


def settled(url: str) -> str:
    """The address as it is kept: a path of this machine is made absolute. Raises BadPlace."""
    found = _SCHEME.match(url)
    nothing = found is not None and not url[found.end() :].strip("/")
    if nothing or not url.strip() or "\0" in url or "::" in url:
        raise BadPlace(where=shown(url))
    if found:
        return url
    return str(Path(url).expanduser().absolute())


def shown(url: str) -> str:
    """The address without anything that could be secret: no user, no password, no query."""
    found = _SCHEME.match(url)
    if found is None:
        return url[:80] if "://" not in url else "…"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{found[1]}://…"
    if "@" in parts.path:  # a password with a slash in it
        return f"{found[1]}://…"
    return f"{found[1]}://{host}{port}{parts.path}"[:80]


def _connect(url: str, words: str) -> tuple[AbstractFileSystem, str]:
    """Raises BadPlace, DriverMissing."""
    from fsspec.core import url_to_fs

    found = _SCHEME.match(url)
    scheme = found[1] if found else "file"
    try:
        with _unfinished():
            if scheme.startswith("webdav"):
                fs, root = _webdav(url)
            else:
                bare, account = _account(url)
                fs, root = url_to_fs(bare, **account)
    except ImportError as fault:
        package = _PACKAGES.get(scheme.partition("+")[0]) or _package_of(scheme)
        raise DriverMissing(scheme=scheme, package=package) from fault
    except ValueError:
        raise BadPlace(where=words) from None
    except Exception as fault:  # noqa: BLE001  (a driver connects as it is made, and raises what it likes)
        raise PlaceTrouble(where=words, why=type(fault).__name__) from None
    return fs, str(root).rstrip("/")


@contextlib.contextmanager
def _unfinished() -> Iterator[None]:
    """A driver that fails while it is made dies here, and Python must not print how it fails in dying."""
    printing, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        yield
    except Exception as fault:
        traceback.clear_frames(fault.__traceback__)
        raise
    finally:
        sys.unraisablehook = printing


def _account(url: str) -> tuple[str, dict[str, str]]:
    """The address without its account, and the account with its escapes undone: most drivers leave them."""
    parts = urlsplit(url) if _SCHEME.match(url) else None
    who, _, host = parts.netloc.rpartition("@") if parts else ("", "", "")
    if parts is None or "%" not in who:
        return url, {}
    account = {"username": unquote(parts.username or ""), "password": unquote(parts.password or "")}
    return parts._replace(netloc=host).geturl(), account


def _webdav(url: str) -> tuple[AbstractFileSystem, str]:
    """webdav://host/… (over TLS) or webdav+http://host/…: its driver wants address and account apart."""
    from fsspec import filesystem

    parts = urlsplit(url)
    carrier = "http" if parts.scheme == "webdav+http" else "https"
    port = f":{parts.port}" if parts.port else ""
    account = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    fs = filesystem("webdav", base_url=f"{carrier}://{parts.hostname}{port}", auth=account)
    return fs, unquote(parts.path.strip("/"))


def _package_of(scheme: str) -> str:
    from fsspec.registry import known_implementations

    known = known_implementations.get(scheme, {}).get("class", scheme)
    return str(known).partition(".")[0]
