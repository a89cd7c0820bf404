"""What is shipped of the suggester, so that a first run need not learn it: vectors and weights of its sentences.

Both are derived from the shipped lexicons by ``assistcode models build suggester``. Sentences that are not among
them are embedded when they are needed, and another set of sentences is learned anew.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..evidence import Labelled
from ..resources import shipped
from .learned import Floats, Learned, Vectors


@dataclass(frozen=True, slots=True)
class Sentences:
    """Vectors by text, and the weights of the one set of labelled sentences they were learned as."""

    vectors: Mapping[str, Vectors] = field(default_factory=dict)
    key: str = ""
    weights: Floats | None = None

    def __contains__(self, text: str) -> bool:
        return _hash(text) in self.vectors

    def __getitem__(self, text: str) -> Vectors:
        """Return a sentence's vector."""
        return self.vectors[_hash(text)]

    def weights_of(self, labelled: Sequence[Labelled]) -> Floats | None:
        """Return the weights of labelled sentences, None where they were learned as another set."""
        return self.weights if self.key == key_of(labelled) else None


def shipped_sentences(model: str, model_sha256: str) -> Sentences:
    """Return what is shipped for an embedding model; nothing for one we do not know or of other bytes."""
    path = _path(shipped("models"), model)
    if not path.is_file():
        return Sentences()
    with np.load(path) as stored:
        if str(stored["model_sha256"]) != model_sha256:
            return Sentences()
        vectors = stored["vectors"].astype(np.float32)
        hashes = stored["hashes"].tolist()
        return Sentences(
            dict(zip(hashes, vectors, strict=True)), str(stored["key"]), stored["weights"].astype(np.float64)
        )


def write_sentences(folder: Path, model: str, model_sha256: str, learned: Learned) -> Path:
    """Write vectors and weights of what was learned for a model; return the file."""
    path = _path(folder, model)
    np.savez_compressed(
        path,
        model_sha256=model_sha256,
        key=key_of(learned.labelled),
        hashes=np.array([_hash(one.text) for one in learned.labelled]),
        vectors=learned.meaning.vectors.astype(np.float16),
        weights=learned.meaning.weights.astype(np.float32),
    )
    return path


def key_of(labelled: Sequence[Labelled]) -> str:
    """Return the sha256 of labelled sentences: their texts and what they carry, in order."""
    whole = hashlib.sha256()
    for one in labelled:
        whole.update(repr((one.text, sorted(one.carries.items()))).encode())
    return whole.hexdigest()


def _path(folder: Path, model: str) -> Path:
    return folder / f"suggester-{model}.npz"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
