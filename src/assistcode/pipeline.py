"""The story of assistcode, step by step. Start reading here.

Every function is: read values, call one step, write under a new run. Files become given rows; given rows
become made rows; nothing here writes a judged row.
"""

import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from . import candidates, embed, segment, suggest, teaching
from . import cluster as clustering
from .corpus import Token, Transcript, Utterance
from .evidence import Change, Labelled, Verdict
from .finding import Finder, Lexicons, Place, by_language, find_hits, find_line_hits
from .material import Material, transcript_id
from .store import given, judged, made
from .store.cache import VectorCache
from .store.database import transaction

Report = Callable[[str, int, int], None]
LIBRARIES = ("hdbscan", "numpy", "scikit-learn", "sentence-transformers", "spacy", "torch")


@dataclass(frozen=True, slots=True)
class Options:
    """What a precode was asked for. ``learn_from`` is the reading whose codes are final, None to learn from nobody."""

    model: str = embed.DEFAULT_MODEL
    min_cluster_size: int = clustering.DEFAULT_MIN_CLUSTER_SIZE
    learn_from: str | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """The reading the suggester learned from, on how many utterances, and why themes abstain, by theme."""

    reading: str | None
    n_utterances: int
    abstaining: dict[str, str]


@dataclass(frozen=True, slots=True)
class Codable:
    """The utterances to suggest on, in the order of the text, with what was decided of each."""

    places: Sequence[Place]
    vectors: embed.Vectors
    decided: Sequence[Labelled | None]


@dataclass(frozen=True, slots=True)
class Precoded:
    """What a precode made."""

    n_utterances: int
    n_codable: int
    n_embedded: int
    n_candidates: int
    n_clustered: int
    n_suggestions: int
    foreign: tuple[str, ...]
    learned: Learned
    changes: tuple[Change, ...]


def silent(step: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def import_transcripts(db: sqlite3.Connection, transcripts: Sequence[Transcript]) -> None:
    """Given rows: write the transcripts, all or none; one that was removed comes back with its decisions."""
    seed = given.study_facts(db).seed
    with transaction(db):
        removed = given.removed(db)
        for transcript in transcripts:
            if transcript.text_sha256 in removed:
                given.restore(db, removed[transcript.text_sha256], transcript.placement)
            else:
                given.add_transcript(db, transcript, seed)
        judged.log(db, "import", transcripts=[transcript.name for transcript in transcripts])


def precode(
    db: sqlite3.Connection, cache: VectorCache, lexicons: Lexicons, options: Options, report: Report = silent
) -> Precoded:
    """Made rows: segment, embed, cluster, suggest. Visible from the one transaction that ends the run."""
    model = embed.load(options.model)
    with transaction(db):
        given.fix_unaided(db)
    material = Material.read(db)
    foreign = tuple(sorted({t.name for t in material.transcripts if not _spoken(t, lexicons)}))

    places = segment_turns(material, report)
    codable = [place for place in places if place[3].codable]
    vectors, n_embedded = embed_utterances(cache, model, [place[3].text for place in codable], report)
    tokens, sources = [place[3].tokens for place in codable], [place[0] for place in codable]
    groups, words = cluster_utterances(tokens, vectors, options, sources)
    steadiness = groups.steadiness.round(4).tolist()  # one value a cluster, in their order
    report("cluster", 1, 1)
    decided = teaching.decided(db, material, codable, list(lexicons), options.learn_from)
    verdicts, abstaining = suggest_themes(cache, model, material, lexicons, codable=Codable(codable, vectors, decided))
    verdicts = suggest.with_clusters(verdicts, groups.numbers, words)
    report("suggest", len(codable), len(codable))

    learned = Learned(options.learn_from, sum(one is not None for one in decided), abstaining)
    with transaction(db):
        before = candidates.Groups.read(db, material) if made.current_run(db) else None
        facts = _facts(db, material, model, lexicons, options=options, learned=learned)
        facts.options["steadiness"] = steadiness
        run_id = made.begin_run(db, facts)
        ids = made.add_utterances(db, run_id, places)
        codable_ids = [i for i, place in zip(ids, places, strict=True) if place[3].codable]
        _write_clusters(db, run_id, codable_ids, groups, words)
        n_suggestions = made.add_verdicts(db, run_id, zip(codable_ids, verdicts, strict=True))
        made.finish_run(db, run_id)
        if before is not None:
            changes = candidates.changes_between(before, candidates.Groups.read(db, material))
            made.keep_changes(db, run_id, [asdict(one) for one in changes])
        judged.log(db, "precode", model=model.name, transcripts=len(material.transcripts))
    n_clustered = int((groups.numbers > 0).sum())
    counts = (len(places), len(codable), n_embedded, groups.n_clusters, n_clustered, n_suggestions)
    return Precoded(*counts, foreign, learned, tuple(candidates.changes(db)))


def segment_turns(material: Material, report: Report = silent) -> list[Place]:
    """Cut every turn into utterances, each placed in its transcript, turn and passage."""
    places: list[Place] = []
    for n, transcript in enumerate(material.transcripts, start=1):
        turns = [turn for turn in transcript.turns if turn.is_codable]
        passages = iter(material.passages_of(transcript))
        passage = next(passages, None)
        texts = (transcript.text[turn.start : turn.end] for turn in turns)
        cut = segment.segment(texts, starts=[turn.start for turn in turns])
        for turn, utterances in zip(turns, cut, strict=True):
            for utterance in utterances:
                while passage is not None and utterance.start >= passage.end:
                    passage = next(passages, None)
                if passage is not None:
                    places.append((transcript_id(transcript), turn.n, passage.id, utterance))
        report("segment", n, len(material.transcripts))
    return places


def embed_utterances(
    cache: VectorCache, model: embed.Embedder, texts: Sequence[str], report: Report = silent
) -> tuple[embed.Vectors, int]:
    """Return a vector a text, float32 rounded to float16, and how many had to be computed."""
    key = f"{model.name}:{model.sha256[:16]}"
    hashes = [cache.hash(text) for text in texts]
    known = cache.get(key, hashes)
    new = {text_hash: text for text_hash, text in zip(hashes, texts, strict=True) if text_hash not in known}
    if new:
        vectors = model.embed(list(new.values()), lambda done, total: report("embed", done, total))
        fresh = [(text_hash, row.astype("<f2").tobytes()) for text_hash, row in zip(new, vectors, strict=True)]
        cache.put(key, fresh)
        known.update(fresh)
    if not hashes:
        return model.embed([]), 0
    report("embed", len(texts), len(texts))
    return np.stack([np.frombuffer(known[h], "<f2") for h in hashes]).astype(np.float32), len(new)


def cluster_utterances(
    tokens: Sequence[Sequence[Token]], vectors: embed.Vectors, options: Options, sources: Sequence[int] | None = None
) -> tuple[clustering.Clustering, list[list[str]]]:
    """Cluster utterances, with a vector and a source each; return the clusters and their keywords, as they are said."""
    lemmas = [[token.lemma for token in own] for own in tokens]
    may_found = clustering.can_found(lemmas)
    size = options.min_cluster_size
    groups = clustering.cluster(vectors, min_cluster_size=size, may_found=may_found, sources=sources)
    said = ((token.lemma, token.lower) for own in tokens for token in own)
    return groups, clustering.as_said(clustering.keywords(lemmas, groups.numbers), said)


def suggest_themes(
    cache: VectorCache, model: embed.Embedder, material: Material, lexicons: Lexicons, *, codable: Codable
) -> tuple[list[Verdict], dict[str, str]]:
    """Return a verdict a codable utterance, from the lexicons of its transcript's language; and who abstains."""
    language = {transcript_id(t): t.placement.language for t in material.transcripts}
    verdicts = [suggest.nothing(lexicons)] * len(codable.places)
    abstaining: dict[str, str] = {}
    for spoken, own in by_language(lexicons).items():
        chosen = [i for i, place in enumerate(codable.places) if language[place[0]] == spoken]
        if not chosen:
            continue
        places = [codable.places[i] for i in chosen]
        learned = teaching.learn_sentences(own, model, lambda texts: embed_utterances(cache, model, texts)[0])
        talk = suggest.Talk(
            codable.vectors[chosen],
            find_hits(Finder.of(own), material, places),
            [codable.decided[i] for i in chosen],
        )
        found, silent = suggest.verdicts(learned, suggest.shipped_fusion(model.name), talk)
        abstaining |= silent
        for i, verdict in zip(chosen, found, strict=True):
            verdicts[i] = verdict
    return verdicts, abstaining


def suggest_lines(lines: Sequence[tuple[str, str | None]], lexicons: Lexicons, model: embed.Embedder) -> list[Verdict]:
    """Suggest on loose (text, role) lines, without a study; lines do not influence each other."""
    learned = teaching.learn_sentences(lexicons, model, model.embed)
    finder = Finder.of(lexicons)
    texts = [text for text, _ in lines]
    cut = list(segment.segment(texts))
    hits = [find_line_hits(finder, utterances, role) for utterances, (_, role) in zip(cut, lines, strict=True)]
    talk = suggest.Talk(model.embed(texts), hits, parts=sentence_vectors(cut, model.embed))
    verdicts, _ = suggest.verdicts(learned, suggest.shipped_fusion(model.name), talk)
    is_silent = [
        role in {"interviewer", "note"} or not any(u.codable for u in utterances)
        for (_, role), utterances in zip(lines, cut, strict=True)
    ]
    return [suggest.nothing(lexicons) if mute else verdict for mute, verdict in zip(is_silent, verdicts, strict=True)]


def sentence_vectors(
    cut: Sequence[Sequence[Utterance]], embed_texts: teaching.Embed
) -> tuple[embed.Vectors, NDArray[np.int64]]:
    """Return the vectors of the utterances of lines that have several, and the line each belongs to."""
    parts = [(i, one.text) for i, utterances in enumerate(cut) if len(utterances) > 1 for one in utterances]
    return embed_texts([text for _, text in parts]), np.array([i for i, _ in parts], np.int64)


def cluster_lines(
    texts: Sequence[str], model: embed.Embedder, options: Options, report: Report = silent
) -> tuple[clustering.Clustering, list[list[str]]]:
    """Cluster loose texts, without a study; return the clusters and their keywords."""
    vectors = model.embed(texts, lambda done, total: report("embed", done, total))
    tokens = [[token for u in utterances for token in u.tokens] for utterances in segment.segment(texts)]
    return cluster_utterances(tokens, vectors, options)


def _spoken(transcript: Transcript, lexicons: Lexicons) -> bool:
    return not lexicons or any(one.language == transcript.placement.language for one in lexicons.values())


def _facts(
    db: sqlite3.Connection,
    material: Material,
    model: embed.Embedder,
    lexicons: Lexicons,
    *,
    options: Options,
    learned: Learned,
) -> made.RunFacts:
    texts = "".join(sorted(transcript.text_sha256 for transcript in material.transcripts))
    return made.RunFacts(
        options={"model": options.model, "min_cluster_size": options.min_cluster_size, "learned": asdict(learned)},
        versions={"assistcode": version("assistcode"), "python": sys.version.split()[0]}
        | {library: _version(library) for library in LIBRARIES},
        model=model.name,
        model_sha256=model.sha256,
        dtype="float16",
        lexicons={name: one.sha256 for name, one in lexicons.items()} | teaching.files_beside(lexicons),
        texts_sha256=hashlib.sha256(texts.encode()).hexdigest(),
        last_decision_id=judged.last_decision_id(db),
    )


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def _write_clusters(
    db: sqlite3.Connection,
    run_id: int,
    utterance_ids: Sequence[int],
    groups: clustering.Clustering,
    words: Iterable[Sequence[str]],
) -> None:
    for number, keywords in enumerate(words, start=1):
        members = _members(utterance_ids, groups, number)
        made.add_cluster(db, run_id, number, keywords, list(members))


def _members(utterance_ids: Sequence[int], groups: clustering.Clustering, number: int) -> Iterator[tuple[int, float]]:
    for i in np.flatnonzero(groups.numbers == number).tolist():
        yield utterance_ids[i], round(float(groups.strengths[i]), 4)
