"""Compare candidate codes with BERTopic as shipped: agreement with people's codes, time, growth and steadiness.

BERTopic is its UMAP (5 dimensions, 15 neighbours, cosine) and its HDBSCAN (10 members) alone, no c-TF-IDF, on the same
vectors. Unclustered utterances are one group of their own. Figures are medians of five; UMAP is not seeded, as shipped.
Neither side's time holds embedding. Ours is told with steadiness too, which BERTopic does not measure; growth and
memory hold it.

Run: PYTHONPATH=src bench/bin/python benchmarks/cluster.py FOLDER [--quick]
FOLDER holds NAME.npy (vectors) and NAME.json ({"texts": [...], "labels": [...]}; for a corpus its transcripts). It is
made with the project's own environment by: PYTHONPATH=src python benchmarks/cluster.py FOLDER --embed MATERIAL
--quick leaves out 50,000 and 200,000 and repeats nothing.
"""

import argparse
import csv
import json
import resource
import subprocess
import sys
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistcode.cluster import cluster

GOLD = ("serdif", "pdpilot", "empathetic")
CORPORA = ("review", "sample")
SIZES = (12_500, 50_000, 200_000)
MOST_GROWTH = 1.2
MOST_MEMORY_GB = 4
Labels = NDArray[np.int64]
Clusterer = Callable[[NDArray[np.float32]], Labels]
Timed = Callable[[NDArray[np.float32]], object]


def ours(vectors: NDArray[np.float32]) -> Labels:
    """Cluster with the defaults of assistcode."""
    return cluster(vectors).numbers


def bertopic(vectors: NDArray[np.float32]) -> Labels:
    """Cluster with the defaults of BERTopic 0.17: ``bertopic/_bertopic.py``, ``BERTopic.__init__``."""
    import hdbscan
    import umap

    reducer = umap.UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine")
    reduced = reducer.fit_transform(vectors)
    model = hdbscan.HDBSCAN(
        min_cluster_size=10, metric="euclidean", cluster_selection_method="eom", prediction_data=True
    )
    return np.asarray(model.fit_predict(reduced))


def with_steadiness(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cluster, and measure how much of each cluster comes back when a tenth is left out."""
    return cluster(vectors).steadiness


BOTH: dict[str, Clusterer] = {"ours": ours, "BERTopic": bertopic}
ALL: dict[str, Timed] = BOTH | {"with steadiness": with_steadiness}


class Checks:
    """Prints each goal with its figure and remembers what was missed."""

    def __init__(self) -> None:
        self.n_missed = 0

    def say(self, goal: str, *, holds: bool, figures: str) -> None:
        """Print one line."""
        self.n_missed += not holds
        print(f"{'held' if holds else 'MISSED':<7}{goal:<48}{figures}", flush=True)


def read(folder: Path, name: str) -> tuple[NDArray[np.float32], list[str]]:
    """Return vectors and labels of one set."""
    vectors = np.load(folder / f"{name}.npy").astype(np.float32)
    return vectors, json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["labels"]


def agreement(folder: Path, checks: Checks, n_repeats: int) -> None:
    """Measure AMI with people's codes and share clustered, set by set."""
    from sklearn.metrics import adjusted_mutual_info_score

    means = defaultdict(list)
    for name in GOLD:
        vectors, labels = read(folder, name)
        found = {}
        for who, method in BOTH.items():
            runs = [method(vectors) for _ in range(n_repeats if method is bertopic else 1)]
            amis = [adjusted_mutual_info_score(labels, run) for run in runs]
            found[who] = float(np.median(amis)), float(np.median([(run >= int(who == "ours")).mean() for run in runs]))
            means[who].append(found[who][0])
        (ami, share), (their_ami, their_share) = found["ours"], found["BERTopic"]
        figures = f"AMI {ami:.3f} / {their_ami:.3f}   clustered {share:.0%} / {their_share:.0%}"
        checks.say(f"{name}, {len(labels):,}", holds=ami >= their_ami and share >= their_share, figures=figures)
    one, other = (float(np.mean(means[who])) for who in BOTH)
    checks.say("mean AMI", holds=one > other, figures=f"    {one:.3f} / {other:.3f}")


def stability(folder: Path, checks: Checks, n_repeats: int) -> None:
    """Measure the ARI, over the utterances in both, of the whole with nine tenths of the transcripts."""
    from sklearn.metrics import adjusted_rand_score

    for name in CORPORA:
        vectors, transcripts = read(folder, name)
        names = np.unique(transcripts)
        found = {who: [] for who in BOTH}
        for n in range(n_repeats):
            left_out = np.random.default_rng(n).choice(names, round(len(names) / 10), replace=False)
            kept = ~np.isin(transcripts, left_out)
            for who, method in BOTH.items():
                found[who].append(adjusted_rand_score(method(vectors)[kept], method(vectors[kept])))
        one, other = (float(np.median(found[who])) for who in BOTH)
        checks.say(f"ARI, a tenth left out: {name}", holds=one > other, figures=f"    {one:.3f} / {other:.3f}")


def seconds(method: Timed, vectors: NDArray[np.float32]) -> float:
    """Return how long one clustering takes."""
    start = time.perf_counter()
    method(vectors)
    return time.perf_counter() - start


def speed(folder: Path, checks: Checks, sizes: dict[int, float], n_repeats: int) -> None:
    """Time all in turn, warm: ours may take the given part of BERTopic's time."""
    vectors, _ = read(folder, "lines")
    for size, part in sizes.items():
        times = [[seconds(method, vectors[:size]) for method in ALL.values()] for _ in range(n_repeats)]
        one, other, more = np.median(times, axis=0)
        figures = f"{one:6.2f} s / {other:5.1f} s = 1/{other / one:.1f}; with steadiness "
        figures += f"{more:.2f} s = 1/{other / more:.1f}  ({n_repeats} runs)"
        checks.say(f"warm, {size:,}: at most 1/{1 / part:.0f}", holds=one <= part * other, figures=figures)


def cold(folder: Path, checks: Checks, n_repeats: int) -> None:
    """Time a fresh process each, imports and compiling included, on 5,000 vectors."""
    found = {who: [in_fresh_process(folder, who) for _ in range(n_repeats)] for who in BOTH}
    one, other = (float(np.median(found[who])) for who in BOTH)
    figures = f"{one:6.1f} s / {other:6.1f} s = 1/{other / one:.1f}  ({n_repeats} runs)"
    checks.say("cold, 5,000: at most 1/10", holds=one <= other / 10, figures=figures)


def in_fresh_process(folder: Path, who: str, size: int = 5_000) -> float:
    """Return how long a process takes that clusters once."""
    start = time.perf_counter()
    subprocess.run([sys.executable, __file__, str(folder), "--once", who, str(size)], check=True, capture_output=True)
    return time.perf_counter() - start


def growth(folder: Path, checks: Checks) -> None:
    """Time 12,500 to 200,000, one process each; above the lines there are, mixtures of two of them."""
    times, memory = [], []
    for size in SIZES:
        command = [sys.executable, __file__, str(folder), "--once", "with steadiness", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        taken, used = map(float, done.stdout.split())
        times.append(taken)
        memory.append(used)
    exponent = float(np.polyfit(np.log(SIZES), np.log(times), 1)[0])
    figures = " ".join(f"{taken:.1f}" for taken in times) + f" s: exponent {exponent:.2f}"
    checks.say("12,500, 50,000, 200,000: exponent at most 1.2", holds=exponent <= MOST_GROWTH, figures=figures)
    checks.say("memory at 200,000", holds=memory[-1] < MOST_MEMORY_GB, figures=f"{memory[-1]:.1f} GB")


def lines(folder: Path, size: int) -> NDArray[np.float32]:
    """Return so many vectors: the lines there are, then unit means of one line and a third of another."""
    vectors, _ = read(folder, "lines")
    rng = np.random.default_rng(1)
    n_more = max(0, size - len(vectors))
    more = vectors[rng.integers(0, len(vectors), n_more)] + vectors[rng.integers(0, len(vectors), n_more)] / 3
    more /= np.linalg.norm(more, axis=1, keepdims=True)
    return np.concatenate([vectors[:size], more])


def once(folder: Path, who: str, size: int) -> None:
    """Cluster once; print seconds and the most memory used, in GB."""
    vectors = lines(folder, size)
    taken = seconds(ALL[who], vectors)
    print(taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)


def embed(folder: Path, material: Path) -> None:
    """Make the vectors of all sets from the material, with minilm."""
    from assistcode import embed as embedding

    folder.mkdir(parents=True, exist_ok=True)
    model = embedding.load("minilm")
    for name, rows in sets(material):
        texts = [text for text, _ in rows]
        np.save(folder / f"{name}.npy", model.embed(texts).astype(np.float16))
        answer = {"texts": texts, "labels": [label for _, label in rows]}
        (folder / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
        print(f"{name}: {len(rows):,}")


def sets(material: Path) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield the name and the (text, label) rows of each set; of a corpus the label is the transcript."""
    codes = defaultdict(set)
    for row in table(material / "serdif_taguette" / "all_tags_20220303.csv"):
        codes[row["document"], row["content"]].add(row["tag"])
    yield "serdif", [(text, *own) for (_, text), own in codes.items() if len(own) == 1]
    yield "pdpilot", [(row["text"], row["family"]) for row in table(material / "pdpilot" / "coded_segments.csv")]
    situations = table(material / "empathetic_dialogues" / "situations_dev.csv")
    chosen = np.sort(np.random.default_rng(1).permutation(len(situations))[:4000])
    yield "empathetic", [(situations[i]["text"], situations[i]["emotion"]) for i in chosen]
    yield "review", utterances(sorted((material / "code_review_interviews").glob("P*.txt")), None)
    sample = Path(__file__).parents[1] / "sample_data" / "transcripts"
    yield "sample", utterances([sample], "d{dyad}_s{session}_{perspective}")
    comments = [(material / "goemotions" / f"{part}.tsv").read_text("utf-8") for part in ("train", "dev", "test")]
    yield "lines", [(line.split("\t")[0], "") for part in comments for line in part.splitlines()]


def table(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def utterances(paths: list[Path], pattern: str | None) -> list[tuple[str, str]]:
    """Return the codable utterances of transcripts with the transcript each is from."""
    import tempfile

    from assistcode import Study, pipeline

    with tempfile.TemporaryDirectory() as folder, Study.create(Path(folder) / "corpus.study") as study:
        study.import_transcripts(paths, pattern=pattern, roles=["*=participant"])
        places = pipeline.segment_turns(study.material)
        return [(place[3].text, str(place[0])) for place in places if place[3].codable]


def main() -> int:
    """Run what was asked for; return 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--embed", type=Path, metavar="MATERIAL")
    parser.add_argument("--once", nargs=2, metavar=("WHO", "SIZE"))
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    if asked.embed:
        embed(asked.folder, asked.embed)
        return 0
    if asked.once:
        once(asked.folder, asked.once[0], int(asked.once[1]))
        return 0
    checks = Checks()
    n_repeats = 1 if asked.quick else 5
    print(f"{'':<51}ours / BERTopic (its UMAP and HDBSCAN)")
    seconds(bertopic, read(asked.folder, "pdpilot")[0])  # compiles
    speed(asked.folder, checks, {5_000: 1 / 3} if asked.quick else {5_000: 1 / 3, 50_000: 1 / 4}, n_repeats)
    cold(asked.folder, checks, n_repeats)
    agreement(asked.folder, checks, n_repeats)
    stability(asked.folder, checks, n_repeats)
    if not asked.quick:
        growth(asked.folder, checks)
    return int(checks.n_missed > 0)


if __name__ == "__main__":
    sys.exit(main())
