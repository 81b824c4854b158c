"""The file of a backup: a tar of members, and last a manifest with the checksum of each, and its own.

A truncated file has no manifest; in a file that was changed, a checksum is wrong.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from catmaid_server.service.folder import ServiceError

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"

_CHUNK_BYTES = 1024**2


class BackupError(ServiceError):
    """A backup cannot be taken, or its file cannot be read; the message says why."""


class ArchiveMember(msgspec.Struct, frozen=True, kw_only=True):
    """A file in a backup."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The origin and the members of a backup."""

    format: int
    made: str
    """Time of the state that was taken, ISO 8601, UTC."""
    release: str
    postgres: int
    """Major version of the server."""
    postgis: str
    migrations: list[str]
    settled_version: int
    """The newest settled version."""
    newest_version: int
    settings: dict[str, str]
    """Settings that were not the defaults, without secrets."""
    members: list[ArchiveMember] = []


class ArchiveWriter:
    """Writes the members of a backup, one after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.members: list[ArchiveMember] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Add a member with this content; its size need not be known before."""
        start = self._file.tell()
        self._file.write(bytes(tarfile.BLOCKSIZE * self._header_blocks(name)))
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            self._file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self._file.write(bytes(-size % tarfile.BLOCKSIZE))
        end = self._file.tell()
        self._file.seek(start)
        self._file.write(self._header(name, size))
        self._file.seek(end)
        self.members.append(ArchiveMember(name=name, size=size, sha256=digest.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, and flush the file to disk."""
        compact = msgspec.json.encode(msgspec.structs.replace(manifest, members=self.members))
        text = msgspec.json.format(compact, indent=2) + b"\n"
        self.add(MANIFEST, [text])
        self.add(SEAL, [f"{hashlib.sha256(text).hexdigest()}\n".encode()])
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _header(self, name: str, size: int) -> bytes:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        return info.tobuf(tarfile.GNU_FORMAT)

    def _header_blocks(self, name: str) -> int:
        return len(self._header(name, 0)) // tarfile.BLOCKSIZE


@contextmanager
def new_archive(path: Path, *, replace: bool) -> Iterator[ArchiveWriter]:
    """Write a backup to a temporary file that only this user can read, and rename it when it is complete.

    Raises `BackupError` if the file exists and may not be replaced.
    """
    if path.is_dir():
        raise BackupError(f"{path} is a folder: name a file, such as {path / 'catmaid.backup'}.")
    if not path.absolute().parent.is_dir():
        raise BackupError(f"There is no folder {path.absolute().parent}: make it first.")
    if path.exists() and not replace:
        raise BackupError(f"{path} exists already: choose another name, or replace it with --replace.")
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield ArchiveWriter(file)
        if path.exists() and not replace:
            raise BackupError(f"Somebody else wrote {path} meanwhile, so this backup was not kept.")
        aside.replace(path)
        _sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


class Archive:
    """A backup's file, to be read. Raises `BackupError` if it is none, or incomplete."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 -- closed by `close`
            self._infos = {info.name: info for info in self._tar.getmembers()}
        except tarfile.TarError:
            raise BackupError(f"{path} is no backup, or was cut short.") from None
        self.path = path
        self.manifest = self._read_manifest()

    def close(self) -> None:
        """Close the file."""
        self._tar.close()

    def verify(self) -> None:
        """Compare every member with its checksum; `BackupError` for the first that differs."""
        if set(self._infos) != {member.name for member in self.manifest.members} | {MANIFEST, SEAL}:
            raise BackupError(f"{self.path} is damaged: its members are not those of its manifest.")
        for member in self.manifest.members:
            digest = hashlib.sha256()
            for chunk in self.chunks(member.name):
                digest.update(chunk)
            if digest.hexdigest() != member.sha256:
                raise BackupError(f"{self.path} is damaged: the checksum of {member.name} differs.")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a member."""
        info = self._infos[name]
        content = self._tar.extractfile(info)
        if content is None:
            raise BackupError(f"{self.path} is damaged: {name} is no file.")
        read = 0
        while chunk := content.read(_CHUNK_BYTES):
            read += len(chunk)
            yield chunk
        if read != info.size:
            raise BackupError(f"{self.path} is damaged: {name} was cut short.")

    def _read_manifest(self) -> Manifest:
        if not {MANIFEST, SEAL} <= set(self._infos):
            raise BackupError(f"{self.path} is no backup, or was cut short: it has no manifest.")
        text = b"".join(self.chunks(MANIFEST))
        if b"".join(self.chunks(SEAL)).split() != [hashlib.sha256(text).hexdigest().encode()]:
            raise BackupError(f"{self.path} is damaged: the checksum of its manifest differs.")
        try:
            known = msgspec.json.decode(text, type=dict[str, object]).get("format")
            if known != FORMAT:
                raise BackupError(f"{self.path} is a backup of format {known}, which this release does not read.")
            return msgspec.json.decode(text, type=Manifest)
        except msgspec.MsgspecError:
            raise BackupError(f"{self.path} is damaged: its manifest cannot be read.") from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
