"""Secrets that people give to commands: never as arguments, which other users of the machine can see."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

_STANDARD_INPUT = Path("-")


def asked_secret(name: str, *, twice: bool = False) -> str:
    """A secret from standard input: its first line or, at a terminal, what is typed there, unseen.

    Raises `typer.BadParameter` if it is empty. `twice`: it is typed a second time, to find slips.
    """
    if sys.stdin.isatty():
        secret: str = typer.prompt(name[0].upper() + name[1:], hide_input=True, confirmation_prompt=twice)
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise typer.BadParameter(f"The {name} is empty.")
    return secret


def secret_from(file: Path, name: str) -> str:
    """A secret from a file, without the blanks around it; from standard input if the file is `-`."""
    if file == _STANDARD_INPUT:
        return asked_secret(name).strip()
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise typer.BadParameter(f"The {name} cannot be read from {file}: {reason}.") from None
    if not secret:
        raise typer.BadParameter(f"The {name} is empty: {file} has none.")
    return secret
