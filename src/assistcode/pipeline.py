"""The story of assistcode, step by step. Start reading here.

Every function is: read values, call one step, write under a new run. Files become given rows; given rows
become made rows; nothing here writes a judged row.
"""

import hashlib
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from . import cluster as clustering
from . import context, embed, lexicon, segment, suggest
from .corpus import Token, Transcript, Utterance
from .evidence import Hit, Lexicon, Verdict
from .material import Material, transcript_id
from .store import given, judged, made
from .store.cache import VectorCache
from .store.database import transaction

Report = Callable[[str, int, int], None]
Lexicons = dict[str, Lexicon]
Place = tuple[int, int, int, Utterance]  # transcript id, turn number, passage id, utterance
LIBRARIES = ("hdbscan", "numpy", "scikit-learn", "sentence-transformers", "spacy", "torch")


@dataclass(frozen=True, slots=True)
class Options:
    """What a precode was asked for."""

    model: str = embed.DEFAULT_MODEL
    min_cluster_size: int = clustering.DEFAULT_MIN_CLUSTER_SIZE


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
    lemmas = [[token.lemma for token in place[3].tokens] for place in codable]
    groups = clustering.cluster(
        vectors,
        min_cluster_size=options.min_cluster_size,
        may_found=clustering.can_found(lemmas),
        sources=[place[0] for place in codable],
    )
    words = clustering.keywords(lemmas, groups.numbers)
    report("cluster", 1, 1)
    verdicts = suggest_themes(cache, model, material, lexicons, places=codable, vectors=vectors)
    report("suggest", len(codable), len(codable))

    with transaction(db):
        facts = _facts(db, material, model, lexicons, options)
        facts.options["steadiness"] = groups.steadiness.round(4).tolist()  # one value a cluster, in their order
        run_id = made.begin_run(db, facts)
        ids = made.add_utterances(db, run_id, places)
        codable_ids = [i for i, place in zip(ids, places, strict=True) if place[3].codable]
        _write_clusters(db, run_id, codable_ids, groups, words)
        n_suggestions = made.add_verdicts(db, run_id, zip(codable_ids, verdicts, strict=True))
        made.finish_run(db, run_id)
        judged.log(db, "precode", model=model.name, transcripts=len(material.transcripts))
    n_clustered = int((groups.numbers > 0).sum())
    return Precoded(len(places), len(codable), n_embedded, groups.n_clusters, n_clustered, n_suggestions, foreign)


def segment_turns(material: Material, report: Report = silent) -> list[Place]:
    """Cut every turn into utterances, each placed in its transcript, turn and passage."""
    places: list[Place] = []
    for n, transcript in enumerate(material.transcripts, start=1):
        turns = [turn for turn in transcript.turns if turn.is_codable]
        passages = iter(material.passages_of(transcript))
        passage = next(passages, None)
        texts = (transcript.text[turn.start : turn.end] for turn in turns)
        for turn, utterances in zip(turns, segment.segment(texts), strict=True):
            for utterance in utterances:
                placed = _shift(utterance, turn.start)
                while passage is not None and placed.start >= passage.end:
                    passage = next(passages, None)
                if passage is not None:
                    places.append((transcript_id(transcript), turn.n, passage.id, placed))
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


def suggest_themes(
    cache: VectorCache,
    model: embed.Embedder,
    material: Material,
    lexicons: Lexicons,
    *,
    places: Sequence[Place],
    vectors: embed.Vectors,
) -> list[Verdict]:
    """Return a verdict a codable utterance, from the lexicons that speak its transcript's language."""
    language = {transcript_id(t): t.placement.language for t in material.transcripts}
    verdicts = [suggest.nothing(lexicons)] * len(places)
    for spoken in sorted(set(language.values())):
        own = {name: one for name, one in lexicons.items() if one.language == spoken}
        chosen = [i for i, place in enumerate(places) if own and language[place[0]] == spoken]
        if not chosen:
            continue
        examples, _ = embed_utterances(cache, model, suggest.example_texts(own))
        matcher = lexicon.Matcher.of(own)
        hits = [find_hits(matcher, places[i][3].tokens) for i in chosen]
        found = suggest.verdicts(own, suggest.meaning_of(own, examples), vectors[chosen], hits)
        for i, verdict in zip(chosen, found, strict=True):
            verdicts[i] = verdict
    return verdicts


def find_hits(matcher: lexicon.Matcher, tokens: Sequence[Token]) -> list[Hit]:
    """Find the lexicons' terms in one utterance and read the words around each."""
    return context.with_context(tokens, matcher.find(tokens))


def suggest_lines(lines: Sequence[tuple[str, str | None]], lexicons: Lexicons, model: embed.Embedder) -> list[Verdict]:
    """Suggest on loose (text, role) lines, without a study; lines do not influence each other."""
    meaning = suggest.meaning_of(lexicons, model.embed(suggest.example_texts(lexicons)))
    matcher = lexicon.Matcher.of(lexicons)
    texts = [text for text, _ in lines]
    cut = list(segment.segment(texts))
    hits = [[hit for u in utterances for hit in find_hits(matcher, u.tokens)] for utterances in cut]
    verdicts = suggest.verdicts(lexicons, meaning, model.embed(texts), hits)
    is_silent = [
        role in {"interviewer", "note"} or not any(u.codable for u in utterances)
        for (_, role), utterances in zip(lines, cut, strict=True)
    ]
    return [suggest.nothing(lexicons) if mute else verdict for mute, verdict in zip(is_silent, verdicts, strict=True)]


def cluster_lines(
    texts: Sequence[str], model: embed.Embedder, options: Options, report: Report = silent
) -> tuple[clustering.Clustering, list[list[str]]]:
    """Cluster loose texts, without a study; return the clusters and their keywords."""
    vectors = model.embed(texts, lambda done, total: report("embed", done, total))
    lemmas = [[token.lemma for u in utterances for token in u.tokens] for utterances in segment.segment(texts)]
    groups = clustering.cluster(
        vectors, min_cluster_size=options.min_cluster_size, may_found=clustering.can_found(lemmas)
    )
    return groups, clustering.keywords(lemmas, groups.numbers)


def _spoken(transcript: Transcript, lexicons: Lexicons) -> bool:
    return not lexicons or any(one.language == transcript.placement.language for one in lexicons.values())


def _shift(utterance: Utterance, by: int) -> Utterance:
    tokens = tuple(Token(token.text, token.lemma, token.start + by, token.end + by) for token in utterance.tokens)
    return Utterance(utterance.start + by, utterance.end + by, utterance.text, tokens, utterance.codable)


def _facts(
    db: sqlite3.Connection, material: Material, model: embed.Embedder, lexicons: Lexicons, options: Options
) -> made.RunFacts:
    texts = "".join(sorted(transcript.text_sha256 for transcript in material.transcripts))
    return made.RunFacts(
        options={"model": options.model, "min_cluster_size": options.min_cluster_size},
        versions={"assistcode": version("assistcode"), "python": sys.version.split()[0]}
        | {library: _version(library) for library in LIBRARIES},
        model=model.name,
        model_sha256=model.sha256,
        dtype="float16",
        lexicons={name: one.sha256 for name, one in lexicons.items()},
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
