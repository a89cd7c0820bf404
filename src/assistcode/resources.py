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
