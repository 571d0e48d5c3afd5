"""Training processes that are killed at a chosen moment, and what is left of their runs."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from hashlib import sha256
from pathlib import Path

from tiny import RECIPE, alone, early, glance

import tubevit_np as tv
from tubevit_np.data.sources import HELD_OUT, TRAIN, generated_pools
from tubevit_np.runs.open_run import new_run, open_run
from tubevit_np.runs.run import Run
from tubevit_np.runs.run_folder import read_metrics
from tubevit_np.runs.stop_signal import Stopped
from tubevit_np.runs.training_log import TrainingLog
from tubevit_np.training.train import train

ENDINGS = ("ended", "checkpoint written", "stopped at once", "error")
HERE = Path(__file__).parent
PATHS = os.pathsep.join(map(str, (HERE, HERE.parents[1])))


def kill(jobs):
    """Stop a training for each (folder, steps, moment) of `jobs`; returns how each one ended.

    steps: None for a new run by RECIPE, else those of the resumed run;  moment: name and
    arguments of a function below."""
    jobs = json.dumps([[str(folder), *rest] for folder, *rest in jobs])
    done = subprocess.run([sys.executable, __file__, jobs], check=True, timeout=600,
                          env=os.environ | {"PYTHONPATH": PATHS}, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def chosen(request, moments):
    """The moments that the selected tests need: each one takes seconds."""
    cases = [item.callspec.params for item in request.session.items
             if item.path == request.path and hasattr(item, "callspec")]
    return [moment for moment in moments if any(case.get("moment") == moment for case in cases)]


def in_a_process(folder, steps, moment):
    """Train until the moment; returns ENDINGS of the exit status, or the name of the signal."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job
        name, *arguments = moment
        globals()[name](*arguments)
        how = "error"
        try:
            train(new_run(folder, RECIPE) if steps is None else open_run(folder, steps))
            how = "ended"
        except Stopped:
            how = "checkpoint written"
        except KeyboardInterrupt:
            how = "stopped at once"
        finally:
            if how == "error":
                traceback.print_exc()
            os._exit(ENDINGS.index(how))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ENDINGS[status] if status >= 0 else signal.Signals(-status).name


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


def at_fraction(fraction, name):
    """Receive a signal at this fraction of all calls of functions in a whole training."""
    countdown = [round(fraction * calls_of_a_training())]

    def count(frame, event, argument):
        countdown[0] -= 1
        if countdown[0] == 0:
            sys.setprofile(None)
            os.kill(os.getpid(), getattr(signal, name))

    sys.setprofile(count)


@cache
def calls_of_a_training():
    """Count the calls and returns of functions, also of those in C."""
    calls = [0]

    def count(frame, event, argument):
        calls[0] += 1

    with tempfile.TemporaryDirectory() as folder:
        run = new_run(Path(folder) / "run", RECIPE)
        sys.setprofile(count)
        train(run)
        sys.setprofile(None)
    return calls[0]


def half_line(record):
    usual, lines = TrainingLog.append, []

    def append(self, row):
        usual(self, row)
        lines.append(row)
        if len(lines) == record:
            self.path.write_text(self.path.read_text(encoding="utf-8")[:-30], encoding="utf-8")
            die()

    TrainingLog.append = append


def resume(folder, steps=None):
    """Train a run to its end, from the beginning if it never began.  Returns the parameters."""
    with glance, early, alone:
        if not (folder / "config.json").exists():
            return train(new_run(folder, RECIPE))
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
        jobs = json.loads(sys.argv[1])
        if any(moment[0] == "at_fraction" for *_, moment in jobs):
            calls_of_a_training()  # once for all
        print(json.dumps([in_a_process(*job) for job in jobs]))
