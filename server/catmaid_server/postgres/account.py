"""The system account that PostgreSQL runs as: our own, or another one where we are root, which it refuses to be."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class OsAccount:
    """A user of the operating system. `switched`: it is not the one we run as."""

    name: str
    uid: int
    gid: int
    switched: bool

    def spawn_options(self) -> dict[str, Any]:
        """Arguments for `subprocess` that start a program as this account."""
        if not self.switched:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.uid, "group": self.gid, "extra_groups": []}

    def make_folder(self, folder: Path) -> None:
        """A folder that only this account (and root) may enter; made if it does not exist.

        Raises `PermissionError` if what is there belongs to somebody else or is not a folder.
        """
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            self.own(folder)
        status = folder.lstat()
        if status.st_uid != self.uid or status.st_mode & 0o077 or not folder.is_dir() or folder.is_symlink():
            raise PermissionError(f"{folder} should be a folder that only {self.name} may enter.")

    def own(self, path: Path) -> None:
        """Give a file or folder to this account."""
        if self.switched:
            os.chown(path, self.uid, self.gid)


def server_account(existing: Path | None = None) -> OsAccount:
    """Who runs the server on the data folder `existing`, or on a new one.

    Raises
    ------
    PermissionError
        If the folder belongs to an account that we cannot or should not become.
    """
    me = os.geteuid()
    candidates = [_own_account(me)] if me != 0 else _service_accounts()
    if existing is None:
        return candidates[0]
    owner = existing.stat().st_uid
    for account in candidates:
        if account.uid == owner:
            return account
    raise PermissionError(
        f"The database in {existing} belongs to user {_name_of(owner)}, and you are {_name_of(me)}. "
        f"Run this as {_name_of(owner)}, or choose another folder with --data-dir."
    )


def _own_account(uid: int) -> OsAccount:
    try:
        return _account(pwd.getpwuid(uid), switched=False)
    except KeyError:
        raise PermissionError(f"PostgreSQL needs an account, and user id {uid} has none on this machine.") from None


def _service_accounts() -> list[OsAccount]:
    found = []
    for name in ("postgres", "nobody"):
        try:
            found.append(_account(pwd.getpwnam(name), switched=True))
        except KeyError:
            continue
    if not found:
        raise PermissionError(
            "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody'. "
            "Run this as an ordinary user."
        )
    return found


def _account(entry: pwd.struct_passwd, *, switched: bool) -> OsAccount:
    return OsAccount(entry.pw_name, entry.pw_uid, entry.pw_gid, switched)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
