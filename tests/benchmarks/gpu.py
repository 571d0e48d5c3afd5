"""Forward pass and training step on a GPU: tubevit_tg, PyTorch eager, torch.compile, in turn.

    pip install torch==2.13.0
    python -m tests.benchmarks.gpu --device CUDA --presets Ti S B --batch 8
    python -m tests.benchmarks.gpu --device CPU --presets demo --clip 16x48x48 --size 512 \\
        --batch 4 --rounds 3 --programs PyTorch tubevit_tg

Each program has its own process; all use the same card, one step of each in turn. A step takes a
batch of uint8 from memory, as training does, then computes forward, backward, clipping, and AdamW
without the cosine basis. bfloat16 means tubevit_tg --precision bfloat16 and PyTorch's autocast.
Prints a table in Markdown: medians, the ratio to the faster PyTorch, and the fraction of the speed
of one large matrix product that tubevit_tg reaches."""

import argparse
import multiprocessing
import os
from types import SimpleNamespace

import numpy as np

from tests.benchmarks.timing import seconds

PROGRAMS = ("PyTorch", "torch.compile", "tubevit_tg")
WARM = 3  # tinygrad runs eagerly, captures the graph, replays it
TORCH = {"CPU": "cpu", "METAL": "mps"}  # and "cuda" for CUDA, NV and AMD


def batch_of(task):
    """Return Config, flat parameters, and a Batch of random clips."""
    import tubevit_np as tv
    from tubevit_np.data.batch import Batch
    cfg, rng = tv.PRESETS[task.preset], np.random.default_rng(0)
    head, classes = next(iter(cfg.classes.items()))
    x = rng.integers(0, 256, (task.batch, *task.clip, cfg.channels), dtype=np.uint8)
    labels = {head: rng.integers(0, classes, task.batch)}
    return cfg, tv.flatten(tv.init(cfg, rng)), Batch(x, labels)


def in_tinygrad(task):
    """Return a function that runs the task once in tinygrad and waits for its end."""
    import tubevit_np as tv
    import tubevit_tg as tg
    from tests.benchmarks.tinygrad_step import tinygrad_step
    from tubevit_tg.training.evaluate import logits_of
    from tubevit_tg.training.precision import lowered
    cfg, flat, batch = batch_of(task)
    if task.work == "step":
        return tinygrad_step(flat, cfg, [batch], precision=task.precision)
    from tinygrad import TinyJit
    params, heads = tg.to_tensors(tv.nest(flat)), tuple(batch.labels)
    forward = TinyJit(lambda x: logits_of(lowered(params, task.precision), cfg, x, heads)[
        heads[0]].realize())
    return lambda: forward(tg.to_tensors(batch.x)).numpy()


def in_torch(task):
    """Return the same for PyTorch, eager or compiled."""
    import torch

    import tubevit_np as tv
    from tests.benchmarks.training_step import CLIP, torch_adamw
    from tubevit_np.training.cosine_basis import kernel_rates
    from tubevit_np.transfer import torch_model
    cfg, flat, batch = batch_of(task)
    torch.set_default_device(where(task))
    params = {name: torch.tensor(w, requires_grad=True) for name, w in flat.items()}
    optimizer = torch_adamw(params, kernel_rates(flat))
    (head, labels), = batch.labels.items()

    def logits(x):
        with torch.autocast(where(task), torch.bfloat16, enabled=task.precision == "bfloat16"):
            return torch_model.forward(tv.nest(params), x, cfg, (head,))[0][head]

    def loss(x, y):
        return torch.nn.functional.cross_entropy(logits(x).float(), y)

    if task.program == "torch.compile":
        logits, loss = (torch.compile(f, dynamic=False) for f in (logits, loss))

    def on_device():
        return (torch.from_numpy(a).to(where(task)) for a in (batch.x, labels))

    def forward():
        with torch.no_grad():
            return logits(next(on_device())).float().cpu()

    def step():
        optimizer.zero_grad()
        result = loss(*on_device())
        result.backward()
        torch.nn.utils.clip_grad_norm_(params.values(), CLIP)
        optimizer.step()
        return result.item()

    return step if task.work == "step" else forward


def rate(task, size):
    """Return the operations per second of one product of size x size matrices: the best of 20."""
    import torch
    dtype = getattr(torch, task.precision)
    a, b = (torch.randn(size, size, device=where(task), dtype=dtype) for _ in range(2))
    return 2 * size**3 / min(seconds(lambda: (a @ b)[0, 0].item()) for _ in range(20))


def where(task):
    """Return PyTorch's name of the device."""
    return TORCH.get(task.device.partition(":")[0], "cuda")


def serve(task, pipe):
    """In its own process: warm up, then time one call for each message, until it is False."""
    try:
        if task.program == "rate":
            return pipe.send(rate(task, task.size))
        work = (in_tinygrad if task.program == "tubevit_tg" else in_torch)(task)
        pipe.send(sum(seconds(work) for _ in range(WARM)))
        while pipe.recv():
            pipe.send(seconds(work))
    except Exception as error:  # noqa: BLE001 - a program that cannot run leaves its column empty
        pipe.send(f"{type(error).__name__}: {error}".partition("\n")[0])


class Program:
    """A process for one task, with its times or the reason why it cannot run."""

    def __init__(self, task):
        context = multiprocessing.get_context("spawn")  # no shared state: each has its own driver
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(task, theirs), daemon=True)
        self.process.start()
        theirs.close()
        self.times, self.warm = [], self.answer()

    def answer(self):
        try:
            return self.pipe.recv()
        except EOFError:
            return "its process died"

    def once(self):
        if not isinstance(self.warm, str):
            self.pipe.send(True)
            self.times.append(self.answer())

    def end(self):
        if not isinstance(self.warm, str):
            self.pipe.send(False)
        self.process.join()
        return np.median(self.times) if self.times else np.nan


def compare(tasks, rounds):
    """Return the median seconds of each program."""
    programs = [Program(task) for task in tasks]
    for _ in range(rounds):
        for program in programs:
            program.once()
    for task, program in zip(tasks, programs, strict=True):
        if isinstance(program.warm, str):
            print(f"<!-- {task.preset}, {task.precision}: no {task.program}: {program.warm} -->")
    return [program.end() for program in programs]


def row(options, preset, precision, work, most):
    import tubevit_np as tv
    from tubevit_np.cost.count import flops, training_flops
    tasks = [SimpleNamespace(preset=preset, precision=precision, work=work, program=program,
                             device=options.device, batch=options.batch, clip=options.clip)
             for program in options.programs]
    found = dict(zip(options.programs, compare(tasks, options.rounds), strict=True))
    eager, compiled, ours = (found.get(program, np.nan) for program in PROGRAMS)
    counted = training_flops if work == "step" else flops
    work_done = sum(counted(tv.PRESETS[preset], options.clip).values()) * options.batch
    share = work_done / ours / most
    times = " | ".join("-" if np.isnan(t) else f"{1e3 * t:.1f}" for t in (eager, compiled, ours))
    print(f"| {preset} | {precision} | {work} | {times} | {ours / np.fmin(eager, compiled):.2f}"
          f" | {share:.1%} |", flush=True)


def main():
    options = argparse.ArgumentParser(prog="python -m tests.benchmarks.gpu", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--device", default="CUDA", help="tinygrad's DEV")
    options.add_argument("--presets", nargs="+", default=["Ti", "S", "B"])
    options.add_argument("--precisions", nargs="+", default=["float32", "bfloat16"])
    options.add_argument("--works", nargs="+", default=["forward", "step"])
    options.add_argument("--programs", nargs="+", default=PROGRAMS, choices=PROGRAMS)
    options.add_argument("--clip", default="32x224x224", help="frames x rows x columns")
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--rounds", type=int, default=11)
    options.add_argument("--size", type=int, default=8192, help="of the large product's matrices")
    options = options.parse_args()
    options.clip = tuple(map(int, options.clip.split("x")))
    os.environ["DEV"] = options.device
    most = {precision: Program(SimpleNamespace(program="rate", precision=precision,
                                               device=options.device, size=options.size)).warm
            for precision in options.precisions}
    print(f"{options.device}, {options.batch} clips; one large product:", ", ".join(
        f"{precision} {speed / 1e12:.3g} TFLOP/s" for precision, speed in most.items()))
    print("\n| preset | precision | work | PyTorch eager, ms | torch.compile, ms | tubevit_tg, ms "
          "| ratio | share of the rate |\n" + 8 * "| --- " + "|")
    for preset in options.presets:
        for precision in options.precisions:
            for work in options.works:
                row(options, preset, precision, work, most[precision])


if __name__ == "__main__":
    main()
