"""Finds the data shipped with the program: inside the installed package first, else in the checkout."""

from pathlib import Path

from .errors import ModelError

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder ``lexicons``, ``models`` or ``sample_data``.

    Raises ModelError when the installation lacks it.
    """
    for root in (_PACKAGE / "shipped", _PACKAGE.parent.parent):
        if (root / name).is_dir():
            return root / name
    raise ModelError(name, "the installation lacks this folder", "Install assistcode again.")


def of_language(file: str, language: str, folder: Path | None = None) -> Path | None:
    """Return ``LANGUAGE/FILE`` of a folder of lexicons, else the shipped one; None where neither is there."""
    candidates = [one / language / file for one in (folder, shipped("lexicons")) if one]
    return next((path for path in candidates if path.is_file()), None)
