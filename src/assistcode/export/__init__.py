"""Write a study for other programs and for readers: tables, projects, Word, codebooks. Every export is logged."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import UnknownName
from ..material import Material
from ..store import judged
from ..store.database import transaction
from .codes import CODEBOOK_WRITERS, codes_file
from .outgoing import Exported, Options, write_whole
from .refi import export_qdpx
from .tables import export_csv, export_tables
from .word import export_codebook, export_excerpts, export_transcripts

Exporter = Callable[[sqlite3.Connection, Material, Path, Options], Exported]

EXPORTERS: dict[str, Exporter] = {
    "csv": export_csv,
    "tables": export_tables,
    "qdpx": export_qdpx,
    "docx": export_transcripts,
    "excerpts": export_excerpts,
    "codebook": export_codebook,
}

__all__ = ["CODEBOOK_WRITERS", "EXPORTERS", "Exported", "Exporter", "Options", "export", "export_codes"]


def export(db: sqlite3.Connection, material: Material, form: str, path: Path, options: Options) -> Exported:
    """Write the study in one form to a new file or folder. Raises UnknownName, InputError."""
    exported = EXPORTERS[_known(form, EXPORTERS)](db, material, path, options)
    _log(db, form, path, exported.n)
    return exported


def export_codes(db: sqlite3.Connection, form: str, path: Path) -> Exported:
    """Write the codebook in one form to a new file. Raises UnknownName, InputError."""
    content, n_codes = codes_file(db, _known(form, CODEBOOK_WRITERS))
    write_whole(path, content)
    _log(db, f"codes {form}", path, n_codes)
    return Exported(n_codes, "codes")


def _known(form: str, forms: Mapping[str, object]) -> str:
    if form not in forms:
        raise UnknownName(f"format '{form}'", "there is none of this name", f"Known: {', '.join(forms)}.")
    return form


def _log(db: sqlite3.Connection, form: str, path: Path, n: int) -> None:
    with transaction(db):
        judged.log(db, "export", form=form, file=path.name, rows=n)
