"""A disk of our own below SQLite: it is told of every fsync, and may lose what was not asked to be kept.

SQLite lets its file system be replaced while it runs (a "VFS"). This one is the system's own but for `xSync`;
it is reached by ctypes in the very library that Python's `sqlite3` uses, so nothing needs to be compiled.
"""

import _sqlite3
import ctypes
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FSYNC_FAILED = 10 | 4 << 8  # SQLITE_IOERR_FSYNC
_VFS_WORDS, _NEXT, _NAME, _OPEN = 21, 2, 3, 5
_METHODS_WORDS, _SYNC = 19, 5
_OpenCall = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_int),
)
_SyncCall = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
_for_good: list[Any] = []
"""What SQLite may still call although nobody here looks at it any more."""


@contextmanager
def disk(sync: Callable[[Path], bool]) -> Iterator[None]:
    """Ask `sync` at each fsync of a SQLite file that is opened meanwhile; False is an I/O error."""
    library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))
    library.sqlite3_vfs_find.restype = ctypes.c_void_p
    real = library.sqlite3_vfs_find(None)
    ours = (ctypes.c_void_p * _VFS_WORDS).from_buffer_copy(
        ctypes.string_at(real, _VFS_WORDS * ctypes.sizeof(ctypes.c_void_p))
    )
    name = ctypes.create_string_buffer(b"disk-of-tests")
    really_open = ctypes.cast(ours[_OPEN] or 0, _OpenCall)

    def open_(vfs: int, path: int | None, file: int, flags: int, out: Any) -> int:
        said: int = really_open(vfs, path, file, flags, out)  # the very pointer: SQLite keeps it
        methods = ctypes.cast(file, ctypes.POINTER(ctypes.c_void_p))
        if said == 0 and path is not None and methods[0]:
            methods[0] = _methods(methods[0], Path(os.fsdecode(ctypes.string_at(path))), sync)
        return said

    opening = _OpenCall(open_)
    ours[_NEXT], ours[_NAME] = None, ctypes.addressof(name)
    ours[_OPEN] = ctypes.cast(opening, ctypes.c_void_p).value
    _for_good.extend((ours, name, opening))
    library.sqlite3_vfs_register(ctypes.byref(ours), 1)
    try:
        yield
    finally:
        library.sqlite3_vfs_unregister(ctypes.byref(ours))
        library.sqlite3_vfs_register(ctypes.c_void_p(real), 1)


def _methods(real: int, path: Path, sync: Callable[[Path], bool]) -> int:
    """Copy a file's table of methods, with another `xSync` in it."""
    ours = (ctypes.c_void_p * _METHODS_WORDS).from_buffer_copy(
        ctypes.string_at(real, _METHODS_WORDS * ctypes.sizeof(ctypes.c_void_p))
    )
    really_sync = ctypes.cast(ours[_SYNC] or 0, _SyncCall)
    syncing = _SyncCall(lambda file, flags: really_sync(file, flags) if sync(path) else FSYNC_FAILED)
    ours[_SYNC] = ctypes.cast(syncing, ctypes.c_void_p).value
    _for_good.extend((ours, syncing))
    return ctypes.addressof(ours)


class Platter:
    """What would be left of a database if the power failed now: each file as it was at its last fsync.

    That is the worst a disk may do that keeps what it was told to keep; the names of files are always kept.
    """

    def __init__(self, database: Path, kept: Path) -> None:
        kept.mkdir()
        self.syncs = 0
        self._kept = kept
        self._lost_power = False
        for file in database.parent.glob(f"{database.name}*"):
            if not file.name.endswith("-shm"):
                self.sync(file)

    def sync(self, file: Path) -> bool:
        """Keep the file as it is now."""
        if not self._lost_power:
            self.syncs += 1
            shutil.copyfile(file, self._kept / file.name)
        return True

    def lose_power(self) -> None:
        """Keep nothing from now on."""
        self._lost_power = True
