"""The program starts at once and loads no more than a command needs."""

import resource
import subprocess
import sys

PROGRAM = [sys.executable, "-m", "assistcode"]


def cpu_s(*args):
    """Return the seconds of processor time that one run of the program takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*PROGRAM, *args], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_comes_at_once():
    """``assistcode --help`` takes less than 0.3 s of processor time, best of three."""
    assert min(cpu_s("--help") for _ in range(3)) < 0.3


def test_static_model_needs_no_torch():
    """``suggest --model static`` loads neither sentence_transformers nor what that is built on."""
    call = [sys.executable, "-X", "importtime", "-m", "assistcode", "suggest", "--model", "static"]
    line = b'{"id": 1, "text": "I was so scared of him."}\n'
    done = subprocess.run(call, input=line, check=True, capture_output=True)
    loaded = {one.rsplit("|", 1)[-1].strip() for one in done.stderr.decode().splitlines()}
    assert b'"suggested": ["fear"]' in done.stdout
    assert "assistcode.embed" in loaded
    assert not loaded & {"sentence_transformers", "transformers", "torch.nn", "hdbscan"}
