"""Lets the SQLite that Python itself uses keep its files on disks of the simulated world.

A virtual file system in SQLite's sense, made of ctypes callbacks and registered once under the name
VFS. A database is named "/disk number/file". One connection a file: locks are granted to whoever asks.
Knows disks and nothing of what is kept on them.
"""

from __future__ import annotations

import atexit
import ctypes
import errno
import itertools
import sqlite3
import sys
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int, c_int64, c_void_p
from typing import Any

from simulations.disk import Disk, DiskFault, File
from simulations.errors import NoSimulatedDisk

VFS = "mulin-simulated"
_OK, _IOERR, _FULL, _NOTFOUND, _CANTOPEN = 0, 10, 13, 12, 14
_SHORT_READ = 522
_POWERSAFE_OVERWRITE = 0x1000
_SHM_REGION_MAX = 64
_DELETE_ON_CLOSE = 0x8
_JULIAN_OF_2023 = 2459946.5

_disks: dict[str, Disk] = {}
_names = itertools.count(1)
_open: dict[int, _Handle] = {}
_handles = itertools.count(1)


class _Handle:
    """One open file."""

    __slots__ = ("disk", "file", "gone", "name", "regions")

    def __init__(self, disk: Disk, name: str, file: File, *, gone: bool) -> None:
        self.disk, self.name, self.file, self.gone = disk, name, file, gone
        self.regions: list[Any] = []


class _File(Structure):
    _fields_ = [("methods", c_void_p), ("handle", c_int64)]


_FileP = POINTER(_File)
_Bytes = c_void_p

_Close = CFUNCTYPE(c_int, _FileP)
_Move = CFUNCTYPE(c_int, _FileP, _Bytes, c_int, c_int64)
_Truncate = CFUNCTYPE(c_int, _FileP, c_int64)
_Number = CFUNCTYPE(c_int, _FileP, c_int)
_Size = CFUNCTYPE(c_int, _FileP, POINTER(c_int64))
_Ask = CFUNCTYPE(c_int, _FileP, POINTER(c_int))
_Control = CFUNCTYPE(c_int, _FileP, c_int, c_void_p)
_ShmMap = CFUNCTYPE(c_int, _FileP, c_int, c_int, c_int, POINTER(c_void_p))
_ShmLock = CFUNCTYPE(c_int, _FileP, c_int, c_int, c_int)
_Barrier = CFUNCTYPE(None, _FileP)


class _Methods(Structure):
    _fields_ = [
        ("version", c_int),
        ("close", _Close),
        ("read", _Move),
        ("write", _Move),
        ("truncate", _Truncate),
        ("sync", _Number),
        ("size", _Size),
        ("lock", _Number),
        ("unlock", _Number),
        ("reserved", _Ask),
        ("control", _Control),
        ("sector", _Close),
        ("characteristics", _Close),
        ("shm_map", _ShmMap),
        ("shm_lock", _ShmLock),
        ("shm_barrier", _Barrier),
        ("shm_unmap", _Number),
    ]


_Open = CFUNCTYPE(c_int, c_void_p, c_char_p, _FileP, c_int, POINTER(c_int))
_Delete = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_Access = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, POINTER(c_int))
_FullPath = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int, c_void_p)
_Random = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)
_Sleep = CFUNCTYPE(c_int, c_void_p, c_int)
_Time = CFUNCTYPE(c_int, c_void_p, POINTER(c_double))
_LastError = CFUNCTYPE(c_int, c_void_p, c_int, c_void_p)


class _Vfs(Structure):
    _fields_ = [
        ("version", c_int),
        ("file_size", c_int),
        ("path_max", c_int),
        ("next", c_void_p),
        ("name", c_char_p),
        ("data", c_void_p),
        ("open", _Open),
        ("delete", _Delete),
        ("access", _Access),
        ("full_path", _FullPath),
        ("dl_open", c_void_p),
        ("dl_error", c_void_p),
        ("dl_symbol", c_void_p),
        ("dl_close", c_void_p),
        ("randomness", _Random),
        ("sleep", _Sleep),
        ("time", _Time),
        ("last_error", _LastError),
    ]


def plug(disk: Disk) -> str:
    """Make a disk known; returns the folder under which SQLite finds its files."""
    _register()
    name = f"/{next(_names)}"
    _disks[name] = disk
    return name


def unplug(folder: str) -> None:
    """Forget a disk; its databases must be closed."""
    _disks.pop(folder, None)


# --- callbacks -------------------------------------------------------------------------------


def _guarded(work: Callable[..., int]) -> Callable[..., int]:
    """A fault of the disk becomes SQLite's code; nothing is ever raised into C."""

    def call(*given: Any) -> int:
        try:
            return work(*given)
        except DiskFault as fault:
            return _FULL if fault.errno == errno.ENOSPC else _IOERR

    return call


def _place(path: bytes | None) -> tuple[Disk, str]:
    folder, _, name = (path or b"").decode().rpartition("/")
    return _disks[folder], name


@_guarded
def _x_open(_vfs: Any, path: bytes | None, file: Any, flags: int, out: Any) -> int:
    file.contents.methods = None
    if path is None:  # a temporary file of SQLite's own, on no disk of ours
        disk, name, opened = Disk(), "", File()
    else:
        disk, name = _place(path)
        opened = disk.open(name)
    number = next(_handles)
    _open[number] = _Handle(disk, name, opened, gone=bool(flags & _DELETE_ON_CLOSE))
    file.contents.handle = number
    file.contents.methods = ctypes.addressof(_METHODS)
    if out:
        out[0] = flags
    return _OK


@_guarded
def _x_delete(_vfs: Any, path: bytes, _sync: int) -> int:
    disk, name = _place(path)
    disk.remove(name)
    return _OK


@_guarded
def _x_access(_vfs: Any, path: bytes, _flags: int, out: Any) -> int:
    disk, name = _place(path)
    out[0] = int(disk.exists(name))
    return _OK


def _x_full_path(_vfs: Any, path: bytes, size: int, out: Any) -> int:
    if len(path) >= size:
        return _CANTOPEN
    ctypes.memmove(out, path + b"\0", len(path) + 1)
    return _OK


def _x_randomness(_vfs: Any, size: int, out: Any) -> int:
    ctypes.memset(out, 7, size)
    return size


def _x_time(_vfs: Any, out: Any) -> int:
    out[0] = _JULIAN_OF_2023
    return _OK


def _x_close(file: Any) -> int:
    _open.pop(file.contents.handle, None)
    return _OK


@_guarded
def _x_read(file: Any, out: int, size: int, at: int) -> int:
    handle = _open[file.contents.handle]
    found = handle.disk.read(handle.file, at, size)
    if len(found) == size:
        ctypes.memmove(out, found, size)
        return _OK
    ctypes.memmove(out, found + bytes(size - len(found)), size)
    return _SHORT_READ


@_guarded
def _x_write(file: Any, data: int, size: int, at: int) -> int:
    handle = _open[file.contents.handle]
    handle.disk.write(handle.file, at, ctypes.string_at(data, size))
    return _OK


@_guarded
def _x_truncate(file: Any, size: int) -> int:
    handle = _open[file.contents.handle]
    handle.disk.truncate(handle.file, size)
    return _OK


@_guarded
def _x_sync(file: Any, _flags: int) -> int:
    handle = _open[file.contents.handle]
    handle.disk.sync(handle.file)
    return _OK


def _x_size(file: Any, out: Any) -> int:
    out[0] = len(_open[file.contents.handle].file.data)
    return _OK


def _x_granted(_file: Any, *_: int) -> int:
    return _OK


def _x_reserved(_file: Any, out: Any) -> int:
    out[0] = 0
    return _OK


def _x_control(_file: Any, _what: int, _data: Any) -> int:
    return _NOTFOUND


def _x_sector(_file: Any) -> int:
    return 4096


def _x_characteristics(_file: Any) -> int:
    return _POWERSAFE_OVERWRITE


def _x_shm_map(file: Any, region: int, size: int, extend: int, out: Any) -> int:
    regions = _open[file.contents.handle].regions
    while extend and len(regions) <= region < _SHM_REGION_MAX:
        regions.append(ctypes.create_string_buffer(size))
    out[0] = ctypes.addressof(regions[region]) if region < len(regions) else None
    return _OK


def _x_barrier(_file: Any) -> None:
    return None


def _x_shm_unmap(file: Any, _delete: int) -> int:
    _open[file.contents.handle].regions.clear()
    return _OK


_METHODS = _Methods(
    2,
    _Close(_x_close),
    _Move(_x_read),
    _Move(_x_write),
    _Truncate(_x_truncate),
    _Number(_x_sync),
    _Size(_x_size),
    _Number(_x_granted),
    _Number(_x_granted),
    _Ask(_x_reserved),
    _Control(_x_control),
    _Close(_x_sector),
    _Close(_x_characteristics),
    _ShmMap(_x_shm_map),
    _ShmLock(_x_granted),
    _Barrier(_x_barrier),
    _Number(_x_shm_unmap),
)
_NAME = VFS.encode()
_VFS_TABLE = _Vfs(
    1,
    ctypes.sizeof(_File),
    256,
    None,
    _NAME,
    None,
    _Open(_x_open),
    _Delete(_x_delete),
    _Access(_x_access),
    _FullPath(_x_full_path),
    None,
    None,
    None,
    None,
    _Random(_x_randomness),
    _Sleep(lambda _vfs, us: us),
    _Time(_x_time),
    _LastError(lambda *_: 0),
)
_registered = False


def _register() -> None:
    """Raises NoSimulatedDisk where this Python's SQLite cannot be reached."""
    global _registered
    if _registered:
        return
    try:
        library = _library()
        done = library.sqlite3_vfs_register(ctypes.byref(_VFS_TABLE), 0)
        library.sqlite3_libversion.restype = c_char_p
        same = library.sqlite3_libversion().decode() == sqlite3.sqlite_version
    except (OSError, AttributeError, ImportError) as fault:
        raise NoSimulatedDisk from fault
    if done != _OK or not same:
        raise NoSimulatedDisk
    _registered = True


def _library() -> ctypes.CDLL:
    """The very library that the module `sqlite3` calls, not another copy of it."""
    if sys.platform == "win32":
        return ctypes.CDLL("sqlite3.dll")
    import _sqlite3

    return ctypes.CDLL(_sqlite3.__file__)


_watched: set[sqlite3.Connection] = set()


def watch(connection: sqlite3.Connection) -> None:
    """Close it before the interpreter ends: SQLite must not call into what is gone by then."""
    if not _watched:
        atexit.register(_close_watched)
    _watched.add(connection)


def unwatch(connection: sqlite3.Connection) -> None:
    _watched.discard(connection)


def _close_watched() -> None:
    for connection in _watched:
        connection.close()
    _watched.clear()
