"""Training processes that are killed at a chosen moment, and what is left of their runs."""

import json
import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from unittest import mock

from tiny import RECIPE, early, glance

import tubevit_np as tv
from tubevit_np.data.sources import HELD_OUT, TRAIN, GeneratedSource, generated_pools
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import read_metrics
from tubevit_np.runs.training_log import TrainingLog
from tubevit_np.training.train import train

HERE = Path(__file__).parent
alone = mock.patch.object(GeneratedSource, "slow", False)  # without a worker process
PATHS = os.pathsep.join(map(str, (HERE, HERE.parents[1])))


def kill(jobs):
    """Kill a training for each (folder, steps, moment) of `jobs`.

    steps: None for a new run by RECIPE, else those of the resumed run;  moment: name and
    arguments of a function below."""
    jobs = json.dumps([[str(folder), *rest] for folder, *rest in jobs])
    subprocess.run([sys.executable, __file__, jobs], check=True, timeout=300,
                   env=os.environ | {"PYTHONPATH": PATHS})


def in_a_process(folder, steps, moment):
    child = os.fork()
    if child == 0:
        name, *arguments = moment
        globals()[name](*arguments)
        train(new_run(folder, RECIPE) if steps is None else open_run(folder, steps))
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, moment


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(name, nth):
    """Die in the call of a method of Run that follows the nth."""
    usual, calls = getattr(Run, name), []

    def counted(*args, **options):
        calls.append(1)
        return die() if len(calls) > nth else usual(*args, **options)

    setattr(Run, name, counted)


def at_replace(name):
    """Die with half a file written."""
    usual = os.replace

    def replace(source, target):
        if name in str(target):
            content = Path(source).read_bytes()
            Path(source).write_bytes(content[:len(content) // 2])
            die()
        usual(source, target)

    os.replace = replace


def at_rename(name):
    """Die before a file gets this name."""
    usual = Path.rename
    Path.rename = lambda path, target: die() if name in str(target) else usual(path, target)


def half_line(record):
    usual, lines = TrainingLog.append, []

    def append(self, row):
        usual(self, row)
        lines.append(row)
        if len(lines) == record:
            self.path.write_text(self.path.read_text()[:-30])
            die()

    TrainingLog.append = append


def resume(folder, steps=None):
    """Train a run to its end.  Returns the parameters."""
    with glance, early, alone:
        return train(open_run(folder, steps))


def content(path):
    """Return all that a checkpoint holds; bytes can differ: safetensors shuffles metadata."""
    params, cfg, notes = tv.load(path)
    arrays = tv.flatten(params) | notes.pop("extra")
    held = {name: (w.dtype, w.shape, sha256(w).hexdigest()) for name, w in arrays.items()}
    return held, cfg, notes


def without_rate(folder):
    """Return the records of the log, without the training rate."""
    return [{name: value for name, value in record.items() if name != "rate"}
            for record in read_metrics(folder / "metrics.jsonl")]


if __name__ == "__main__":
    for part in (TRAIN, HELD_OUT):
        generated_pools("something-moves", RECIPE.size, RECIPE.seed, part)  # once for all
    with glance, early, alone:
        for job in json.loads(sys.argv[1]):
            in_a_process(*job)
