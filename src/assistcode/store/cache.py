"""The vector cache beside the study: text that was embedded once is not embedded again. Deletable."""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

_LAYOUT = """
CREATE TABLE IF NOT EXISTS vector (
    model TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (model, text_hash)
) WITHOUT ROWID
"""


class VectorCache:
    """Vectors by model and keyed hash of the text: little-endian float16 bytes.

    The hash is keyed with a secret of the study, so the cache alone does not tell which words were said. A
    damaged cache is thrown away and begun anew.
    """

    def __init__(self, study_path: Path, key: bytes) -> None:
        self._path = study_path.with_name(f"{study_path.stem}.study-cache")
        self._key = key
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        try:
            self._db = self._open()
        except sqlite3.OperationalError:
            raise  # locked, not damaged
        except sqlite3.DatabaseError:
            self._db = self._begin_anew()

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, timeout=10, check_same_thread=False)
        db.execute(_LAYOUT)
        return db

    def _begin_anew(self) -> sqlite3.Connection:
        self._path.write_bytes(b"")
        return self._open()

    def hash(self, text: str) -> bytes:
        """Return the keyed hash of a text."""
        return hashlib.blake2b(text.encode(), key=self._key, digest_size=16).digest()

    def get(self, model: str, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the vectors known for these hashes."""
        wanted = set(hashes)
        try:
            rows = self._db.execute("SELECT text_hash, vector FROM vector WHERE model = ?", (model,))
            return {text_hash: vector for text_hash, vector in rows if text_hash in wanted}
        except sqlite3.DatabaseError:
            self._db.close()
            self._db = self._begin_anew()
            return {}

    def put(self, model: str, vectors: Sequence[tuple[bytes, bytes]]) -> None:
        """Keep new vectors."""
        self._db.execute("BEGIN")
        self._db.executemany(
            "INSERT OR REPLACE INTO vector (model, text_hash, vector) VALUES (?, ?, ?)",
            [(model, text_hash, vector) for text_hash, vector in vectors],
        )
        self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._db.close()
