"""Turn texts into unit vectors. The home of sentence_transformers, tokenizers and torch.

``minilm`` is the default; ``static`` is shipped, distilled from it, and needs no torch. Any other model is
named by a folder.
"""

import hashlib
import importlib.util
import logging
import os
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import ModelError
from .resources import shipped

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]
DEFAULT_MODEL = "minilm"
STATIC_MODEL = "static"
_BATCH = 32
_ROOM = 8  # texts are padded to a multiple of so many tokens
_FREQUENT = 10_000
_SIF = 1e-4  # smoothing of the inverse frequency weight (Arora, Liang & Ma 2017, "a")


class Embedder(Protocol):
    """A model that turns texts into vectors."""

    name: str
    sha256: str

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return unit vectors, shape (texts, dimensions), float32; a text without tokens gives zeros."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One entry of models/models.toml."""

    name: str
    about: str
    licence: str
    source: str
    revision: str
    dim: int
    max_tokens: int
    files: dict[str, str]
    package: str | None = None
    folder: str | None = None
    made_by: str | None = None


def known_models() -> dict[str, ModelFacts]:
    """Return the models listed in models/models.toml, by name."""
    listing = tomllib.loads((shipped("models") / "models.toml").read_text(encoding="utf-8"))
    return {name: ModelFacts(name=name, **facts) for name, facts in listing.items()}


def load(name: str) -> Embedder:
    """Load a model by name or by folder, every file's checksum verified.

    Raises ModelError for a missing, altered or unsafe model. Never reaches a network.
    """
    facts = known_models().get(name)
    if facts is None:
        return _Transformer.from_folder(name)
    folder = locate(facts)
    if folder is None:
        remedy = "Install assistcode with its dependencies again, or pass --model static."
        raise ModelError(name, f"the package {facts.package} is not installed", remedy)
    verify(facts, folder)
    return EMBEDDERS[name](facts, folder)


def is_available(name: str) -> bool:
    """Whether a listed model's files are on this machine."""
    return locate(known_models()[name]) is not None


def locate(facts: ModelFacts) -> Path | None:
    """Find a listed model's folder without importing the package that carries it; None when it is missing."""
    if facts.package is None:
        return shipped("models") / str(facts.folder)
    spec = importlib.util.find_spec(facts.package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / str(facts.folder)
    return folder if folder.is_dir() else None


def verify(facts: ModelFacts, folder: Path) -> None:
    """Raise ModelError unless every file to be loaded is there and has the listed sha256."""
    for file, sha256 in facts.files.items():
        path = folder / file
        if not path.is_file():
            raise ModelError(f"{facts.name}: {file}", "the file is missing", "Install the model's package again.")
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sha256:
            remedy = "Install the model's package again; do not use this one."
            raise ModelError(f"{facts.name}: {file}", "the file is not the original (its sha256 differs)", remedy)


class _Transformer:
    """A sentence-transformers model, on the CPU, from local files alone."""

    _MODULES = ("Transformer", "Pooling", "Normalize", "Dense", "StaticEmbedding")

    def __init__(self, facts: ModelFacts, folder: Path) -> None:
        self.name = facts.name
        self.sha256 = facts.files["model.safetensors"]
        self._model = _load_transformer(folder, facts.name)

    @classmethod
    def from_folder(cls, name: str) -> "_Transformer":
        folder = Path(name)
        if not (folder / "modules.json").is_file():
            known = ", ".join(known_models())
            raise ModelError(
                name, "no model of this name, and no model folder either", f"Known: {known}; or give a folder."
            )
        _refuse_unknown_modules(folder, cls._MODULES)
        weights = sorted(path for path in folder.rglob("*.safetensors"))
        if not weights:
            raise ModelError(name, "the folder has no .safetensors weights", "Save the model in that format.")
        digest = hashlib.sha256()
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(path.read_bytes())
        facts = ModelFacts(folder.name, "", "", "", "", 0, 0, {"model.safetensors": digest.hexdigest()})
        return cls(facts, folder)

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        if not texts:
            return np.zeros((0, self._model.get_embedding_dimension()), np.float32)
        tokens = [min(len(ids), self._model.max_seq_length) for ids in self._model.tokenizer(list(texts))["input_ids"]]
        rooms = [-(-n // _ROOM) * _ROOM for n in tokens]
        order = sorted(range(len(texts)), key=lambda i: (rooms[i], i))
        vectors = np.zeros((len(texts), self._model.get_embedding_dimension()), np.float32)
        done = 0
        for room, group in groupby(order, key=rooms.__getitem__):
            members = list(group)
            for start in range(0, len(members), _BATCH):
                batch = members[start : start + _BATCH]
                vectors[batch] = self._forward([texts[i] for i in batch], room)
                done += len(batch)
                if progress:
                    progress(done, len(texts))
        vectors[[not text.strip() for text in texts]] = 0
        return vectors

    def _forward(self, texts: Sequence[str], room: int) -> Vectors:
        """Return unit vectors of texts of one length; every call has the same shape, whatever the company.

        The arithmetic of a row depends on the shape of the batch in the last bits. With fixed shapes a text has one
        vector, in a fresh run and in one that embeds only what is new.
        """
        import torch

        filled = [*texts, *[""] * (_BATCH - len(texts))]
        features = self._model.tokenizer(
            filled, padding="max_length", truncation=True, max_length=room, return_tensors="pt"
        )
        with torch.inference_mode():
            output = self._model(dict(features))["sentence_embedding"]
        unit = torch.nn.functional.normalize(output.float(), dim=1)
        return np.asarray(unit.numpy()[: len(texts)], np.float32)


def _refuse_unknown_modules(folder: Path, known: Sequence[str]) -> None:
    import json

    try:
        kinds = [str(module["type"]) for module in json.loads((folder / "modules.json").read_text(encoding="utf-8"))]
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(str(folder), f"modules.json is broken ({error})", "Give a complete model folder.") from error
    for kind in kinds:
        if not kind.startswith("sentence_transformers.") or kind.rsplit(".", 1)[-1] not in known:
            raise ModelError(str(folder), f"the model wants to run '{kind}'", f"Allowed parts: {', '.join(known)}.")


def _load_transformer(folder: Path, name: str) -> Any:  # noqa: ANN401  loaded late; its type would load torch
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    with _quiet():
        try:
            from sentence_transformers import SentenceTransformer

            return SentenceTransformer(
                str(folder), device="cpu", local_files_only=True, trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )  # fmt: skip
        except ImportError as error:
            remedy = "Install assistcode with its dependencies again, or pass --model static."
            raise ModelError(name, f"sentence-transformers cannot be loaded ({error})", remedy) from error
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(name, f"the model cannot be loaded ({error})", "Give a complete model folder.") from error


@contextmanager
def _quiet() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("sentence_transformers", "transformers", "huggingface_hub")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


class _Static:
    """Token vectors alone: the mean of a text's int8 vectors. Word order is lost; speed is gained."""

    def __init__(self, facts: ModelFacts, folder: Path) -> None:
        from tokenizers import Tokenizer

        self.name = facts.name
        self.sha256 = facts.files["vectors.npy"]
        self._vectors = np.load(folder / "vectors.npy", allow_pickle=False)
        self._scales = np.load(folder / "scales.npy", allow_pickle=False).astype(np.float32)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        vectors = np.zeros((len(texts), self._vectors.shape[1]), np.float32)
        for start in range(0, len(texts), 4096):
            batch = [text.replace("\0", " ") for text in texts[start : start + 4096]]
            encoded = self._tokenizer.encode_batch_fast(batch, add_special_tokens=False)
            for i, encoding in enumerate(encoded, start=start):
                if encoding.ids:
                    rows = self._vectors[encoding.ids].astype(np.float32)
                    vectors[i] = self._scales[encoding.ids] @ rows
            if progress:
                progress(min(start + 4096, len(texts)), len(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(np.divide(vectors, lengths, out=vectors, where=lengths > 0), np.float32)


EMBEDDERS: dict[str, Callable[[ModelFacts, Path], Embedder]] = {DEFAULT_MODEL: _Transformer, STATIC_MODEL: _Static}


def frequent_words(n: int) -> list[str]:
    """Return the ``n`` most frequent English words, most frequent first; at most some 21,000 are known.

    Source: the vocabulary of the shipped static model, which stands in order of frequency.
    """
    from tokenizers import Tokenizer

    rank = Tokenizer.from_file(str(shipped("models") / "static" / "tokenizer.json")).get_vocab()
    words = (word for word in sorted(rank, key=rank.__getitem__) if len(word) > 1 and word.isalpha())
    return list(islice(words, n))


def distil(folder: Path, *, dim: int = 256, progress: Progress | None = None) -> dict[str, str]:
    """Write the static model distilled from the default one; return the sha256 of each file.

    Each token of the vocabulary is embedded by itself, moved to the principal components of the frequent
    words (half whitened, the first left out) and weighted by a / (a + p), p from the token's rank (Zipf);
    marks weigh nothing. Stored as int8 with one scale a token.

    Source: the recipe follows Tulkens & van Dongen (2024, Model2Vec); the weights Arora, Liang & Ma (2017);
    leaving out the first component Mu & Viswanath (2018).
    """
    facts = known_models()[DEFAULT_MODEL]
    origin = locate(facts)
    if origin is None:
        raise ModelError(DEFAULT_MODEL, f"the package {facts.package} is not installed", "Install it first.")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(origin / "tokenizer.json"))
    words = sorted(tokenizer.get_vocab(), key=tokenizer.get_vocab().__getitem__)
    rank = (
        np.arange(len(words), dtype=np.float64) - words.index("the") + 1
    )  # the vocabulary is in order of frequency from here on
    vectors = _components(_token_vectors(origin, words, progress), (rank >= 1) & (rank <= _FREQUENT), dim)
    vectors *= _rarity(words, rank)[:, None]
    peak = np.abs(vectors).max(axis=1)
    scales = np.where(peak > 0, peak / 127, 1).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors.npy", np.rint(vectors / scales[:, None]).astype(np.int8))
    np.save(folder / "scales.npy", scales)
    (folder / "tokenizer.json").write_bytes((origin / "tokenizer.json").read_bytes())
    files = ("vectors.npy", "scales.npy", "tokenizer.json")
    return {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files}


def _rarity(words: Sequence[str], rank: NDArray[np.float64]) -> NDArray[np.float64]:
    probability = 1 / np.where(rank >= 1, rank, 20) / np.sum(1 / np.arange(1, len(words) + 1))
    is_mark = np.array([not any(char.isalnum() for char in word) or word.startswith("[") for word in words])
    return np.where(is_mark, 0, _SIF / (_SIF + probability))


def _token_vectors(origin: Path, words: Sequence[str], progress: Progress | None) -> NDArray[np.float64]:
    """Embed each token as the text [CLS] token [SEP], by its number, so that word pieces stay what they are."""
    import torch

    model = _load_transformer(origin, DEFAULT_MODEL)
    transformer = model[0].auto_model.eval()
    cls, sep = words.index("[CLS]"), words.index("[SEP]")
    parts = []
    with torch.inference_mode():
        for start in range(0, len(words), 512):
            numbers = torch.arange(start, min(start + 512, len(words)))
            ids = torch.stack([torch.full_like(numbers, cls), numbers, torch.full_like(numbers, sep)], dim=1)
            output = transformer(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state
            parts.append(output.mean(dim=1).double().numpy())
            if progress:
                progress(min(start + 512, len(words)), len(words))
    return np.concatenate(parts)


def _components(vectors: NDArray[np.float64], fitted: NDArray[np.bool_], dim: int) -> NDArray[np.float64]:
    """Project on the components of the ``fitted`` rows, the first left out, divided by the root of their spread."""
    centre = vectors[fitted].mean(axis=0)
    centred = vectors - centre
    spread, axes = np.linalg.eigh(np.cov(centred[fitted], rowvar=False))
    spread, axes = spread[::-1][1 : dim + 1], axes[:, ::-1][:, 1 : dim + 1]
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(dim)])
    return np.asarray(centred @ axes / spread**0.25)
