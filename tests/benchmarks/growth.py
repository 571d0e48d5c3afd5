"""How the cost of NumPy's forward pass grows with frames, pixels, width, clips and tubes.

    OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.growth --out figures/growth

Starts from Ti with the main tubes, one clip of 32x224x224, one thread, float32; each sweep changes
one size, also for dense tubelets and divided attention. The cases of a sweep are timed in turn.
Cases above --most GFLOPs are counted and not timed. Writes growth.csv and growth.png; prints
exponents and where the costs cross."""

import argparse
import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

import tubevit_np as tv
from tests.benchmarks.timing import medians, peak
from tubevit_np.cost import count as cost
from tubevit_np.plots.style import save
from tubevit_np.plots.training_plots.cost_growth import draw_growth
from tubevit_np.storage.atomic_files import write_csv
from tubevit_np.training.evaluate import logits_of
from tubevit_np.variants.tube_sets import with_tubes

MODELS = {"TubeViT": "main", "dense tubelets": "dense", "divided attention": "frames"}
SWEEPS = {"frames": (8, 16, 32, 64, 128), "pixels": (64, 96, 128, 160, 224, 320),
          "width": (128, 192, 384, 768), "clips": (1, 2, 4, 8), "tubes": (1, 2, 3, 4)}
COLUMNS = ("sweep", "value", "model", "tokens", "GFLOPs", "ms", "MB")
HEAD = "kinetics400"


def case(sweep, value, tubes):
    """Return Config, (T, H, W) and number of clips, with one size changed."""
    cfg, shape, clips = with_tubes(tv.PRESETS["Ti"], tubes), [32, 224, 224], 1
    if sweep == "frames":
        shape[0] = value
    elif sweep == "pixels":
        shape[1:] = value, value
    elif sweep == "clips":
        clips = value
    elif sweep == "width":
        cfg = replace(cfg, dim=value, mlp_dim=4 * value, heads=value // 64)
    else:  # the 2D patch first, then the other tubes
        cfg = replace(cfg, tubes=(cfg.tubes[-1], *cfg.tubes[:value - 1]))
    return cfg, tuple(shape), clips


def sweep_rows(sweep, most, rounds, rng):
    """Return rows as in COLUMNS; time and memory are None for cases above --most."""
    models = {"TubeViT": "main"} if sweep == "tubes" else MODELS
    cases = {(value, model): case(sweep, value, tubes)
             for value in SWEEPS[sweep] for model, tubes in models.items()}
    work = {key: clips * sum(cost.flops(cfg, shape).values()) / 1e9
            for key, (cfg, shape, clips) in cases.items()}
    runs = {key: run(*cases[key], rng) for key in cases if work[key] <= most}
    for function in runs.values():
        function()
    times, memory = medians(runs, rounds), {key: peak(function) for key, function in runs.items()}
    return [(sweep, *key, clips * sum(cost.tokens(cfg, shape)), round(work[key], 2),
             round(1e3 * times[key], 1) if key in times else None,
             round(memory[key] / 1e6, 1) if key in times else None)
            for key, (cfg, shape, clips) in cases.items()]


def run(cfg, shape, clips, rng):
    params, x = tv.init(cfg, rng), rng.standard_normal((clips, *shape, 3), np.float32)
    return lambda: logits_of(params, cfg, x, (HEAD,))


def exponents(rows):
    """Return {(sweep, model): exponent of the time}, fitted to the upper half of the sizes."""
    powers = {}
    for sweep, model in dict.fromkeys((row["sweep"], row["model"]) for row in rows):
        points = [(row["value"], row["ms"]) for row in rows
                  if (row["sweep"], row["model"]) == (sweep, model) and row["ms"] is not None]
        if len(points) > 1:
            values, times = np.log(points[-max(2, (len(points) + 1) // 2):]).T
            powers[sweep, model] = float(np.polyfit(values, times, 1)[0])
    return powers


def crossing(first, second):
    """Return the number of frames, 4 to 128, from which on the first model is cheaper, or None."""
    def work(model, frames):
        cfg, shape, _ = case("frames", frames, MODELS[model])
        return sum(cost.flops(cfg, shape).values())
    more = [frames for frames in range(4, 129) if work(first, frames) >= work(second, frames)]
    last = max(more, default=3)
    return last + 1 if last < 128 else None


def main():
    options = argparse.ArgumentParser(description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=Path("growth"))
    options.add_argument("--most", type=float, default=150.0)
    options.add_argument("--rounds", type=int, default=7)
    options = options.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rng, rows = np.random.default_rng(0), []
    with threadpool_limits(1):
        for sweep in SWEEPS:
            rows += sweep_rows(sweep, options.most, options.rounds, rng)
    write_csv(options.out / "growth.csv", COLUMNS, rows)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    save(draw_growth(rows), options.out / "growth.png")
    for (sweep, model), power in exponents(rows).items():
        print(f"time grows with {sweep}^{power:.2f}: {model}")
    for pair in itertools.permutations(MODELS, 2):
        if start := crossing(*pair):
            print(f"{pair[0]} takes fewer operations than {pair[1]} from {start} frames on")


if __name__ == "__main__":
    main()
