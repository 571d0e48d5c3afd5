"""Trains and evaluates every variant of a study with each seed; finished parts are not repeated."""

import json
import operator
from dataclasses import replace
from pathlib import Path

import numpy as np

from tubevit_np.ablation.studies import BOTH, IMAGES, STUDIES
from tubevit_np.cost import count as cost
from tubevit_np.data.sources import SOMETHING_MOVES
from tubevit_np.model.config import format_size
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.repeat import new_or_begun, refuse_others
from tubevit_np.runs.run_folder import METRICS, MODEL, load_model, read_metrics
from tubevit_np.storage.atomic_files import write_csv, write_text
from tubevit_np.storage.checkpoint import load, save
from tubevit_np.transfer.small_to_large import scale_up

COMMON = {"smoothness": 0.0}  # it makes kernels easier to look at, but slows short trainings
COLUMNS = ("variant", "tokens", "GFLOPs", "seconds", "verb", "noun", "both", "spread", "paper")


def ablate(study, folder, seeds, given, engine, tell=print, base=None):
    """Run a study; returns rows as in COLUMNS, one per variant, with means over the seeds.

    The spread is the standard deviation of "both" between seeds.  Studies in one folder share their
    trainings.  given: fields of every recipe;  engine: train and predictor of a package;  base:
    steps of the small and the large model that are combined, default: as given."""
    variants, rows = STUDIES[study], []
    base_fields = {} if base is None else {"steps": base}
    for k, (name, variant) in enumerate(variants.items()):
        scores = []
        for seed in range(seeds):
            tell(f"{study}: {name}, seed {seed} ({k * seeds + seed + 1} of "
                 f"{len(variants) * seeds})")
            run = train_variant(variant.recipe, variant.scaled, folder, seed, given, engine,
                                base_fields)
            scores.append(scores_of_run(run, variant, engine))
        rows.append(row(name, variant, scores))
    write_csv(folder / f"{study}.csv", COLUMNS, rows)
    return rows


def row(name, variant, scores):
    """The row of a variant, from the scores of all seeds."""
    means = [round(float(np.mean([of_seed[column] for of_seed in scores])), 3)
             for column in COLUMNS[1:7]]
    spread = np.std([of_seed["both"] for of_seed in scores], ddof=1) if len(scores) > 1 else 0.0
    return (name, *means, round(float(spread), 3), "" if variant.paper is None else variant.paper)


def train_variant(fields, scaled, folder, seed, given, engine, base_fields):
    """Train or resume a run if it is not finished; returns its folder.

    fields: fields of its recipe, besides the given ones;  scaled: as in Variant;  base_fields:
    fields of the two models that a scaled variant starts from."""
    start = {}
    if scaled:
        start = {"start": str(scaled_model(scaled, folder, seed, given, engine, base_fields))}
    sets = {} if fields.keys() & BOTH.keys() else BOTH
    recipe = recipe_for(seed=seed, **COMMON | sets | given | fields | start)
    parts = [*(f"{field}={value}" for field, value in fields.items()), scaled]
    run = folder / f"{'-'.join(filter(None, parts)) or 'plain'}-{seed}"
    refuse_others(run, recipe)
    if not (run / MODEL).exists():
        engine.train(new_or_begun(run, recipe))
    return run


def scaled_model(scaled, folder, seed, given, engine, base_fields):
    """A checkpoint with the tubes of the plain model in a large model trained on images only."""
    small, large = (train_variant(fields | base_fields, "", folder, seed, given, engine,
                                  base_fields) for fields in ({}, IMAGES))
    path = folder / f"{small.name}-{scaled}.safetensors"
    if not path.exists():
        params, cfg, notes = load(small / MODEL)
        large, large_cfg, notes = load(large / MODEL)
        frames, size = int(notes["frames"]), int(notes["size"])
        gate = {"gate_layer": 2} if scaled == "gate" else {}
        params, cfg = scale_up(params, cfg, large, large_cfg, (frames, size, size), **gate)
        save(path, params, cfg, notes["labels"], frames=frames, size=size)
    return path


def scores_of_run(run, variant, engine):
    """{column: value} of one run; stored in its folder."""
    name = format_size(variant.denser) + (f"-{variant.views}" if variant.views else "")
    stored = run / f"scores-{name}.json"
    if not stored.exists():
        path, params, cfg, notes = load_model(run)
        cfg = replace(cfg, tubes=tuple(denser(tube, variant.denser) for tube in cfg.tubes))
        accuracies = accuracies_of(path, notes, engine.predictor(params, cfg), variant.views)
        shape = (int(notes["frames"]), *[int(notes["size"])] * 2)
        costs = {"tokens": sum(cost.tokens(cfg, shape)),
                 "GFLOPs": (variant.views or 1) * sum(cost.flops(cfg, shape).values()) / 1e9,
                 "seconds": seconds(run / METRICS)}
        write_text(stored, json.dumps(accuracies | costs, indent=1) + "\n")
    return json.loads(stored.read_text(encoding="utf-8"))


def accuracies_of(path, notes, predict, views):
    """{score name: value} on held-out generated clips."""
    from tubevit_np.data.generated.long_clips import LongSource
    from tubevit_np.runs.held_out import sources_for
    from tubevit_np.training.evaluate import predict_all, scores_of

    [source, *_] = sources_for(path, notes, data=[SOMETHING_MOVES])
    if views:
        source = LongSource(**vars(source))
    return scores_of(predict_all(predict, source, views=(views or 1, 1)), source.labels)


def denser(tube, factors):
    """A video tube with its strides divided by factors; a 2D patch is not changed."""
    divided = tuple(map(operator.floordiv, tube.stride, factors))
    return tube if tube.is_patch else replace(tube, stride=divided)


def seconds(log):
    """Training time of a run, from its log, without the time of evaluation."""
    records = [record for record in read_metrics(Path(log)) if "rate" in record]
    before = [0, *(record["step"] for record in records)]
    return sum(((record["step"] - last) / record["rate"]
                for last, record in zip(before, records)), 0.0)
