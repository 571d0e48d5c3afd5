"""Trains and scores every variant of a study, each seed; goes on where it was stopped."""

import json
import operator
from dataclasses import replace
from pathlib import Path

import numpy as np

from tubevit_np.ablation.studies import IMAGES, STUDIES
from tubevit_np.cost import count as cost
from tubevit_np.model.config import format_size
from tubevit_np.runs.recipe import read_recipe
from tubevit_np.runs.recipe_defaults import recipe_for
from tubevit_np.runs.run_folder import MODEL, load_model, read_metrics
from tubevit_np.storage.atomic_files import write_csv, write_text
from tubevit_np.storage.checkpoint import load, save
from tubevit_np.transfer.small_to_large import scale_up

ALIKE = {"smoothness": 0.0}  # it is for those who look at kernels, and slows short trainings
COLUMNS = ("variant", "tokens", "GFLOPs", "seconds", "verb", "noun", "both", "spread", "paper")


def ablate(study, folder, seeds, given, engine, tell=print, base=None):
    """Rows as in COLUMNS, one for each variant: means over the seeds; spread is the standard
    deviation of "both" between them.  Trainings are shared between studies in one folder.

    given: fields of every recipe;  engine: train and predictor of a package;  base: steps of the
    two models that the large one is put together from, if not those given."""
    variants, rows = STUDIES[study], []
    long = {} if base is None else {"steps": base}
    for k, (name, variant) in enumerate(variants.items()):
        found = []
        for seed in range(seeds):
            tell(f"{study}: {name}, seed {seed} ({k * seeds + seed + 1} of "
                 f"{len(variants) * seeds})")
            run = train_variant(variant.recipe, variant.scaled, folder, seed, given, engine, long)
            found.append(scored(run, variant, engine))
        rows.append(row(name, variant, found))
    write_csv(folder / f"{study}.csv", COLUMNS, rows)
    return rows


def row(name, variant, found):
    """Of the scores of all seeds."""
    means = [round(float(np.mean([one[what] for one in found])), 3) for what in COLUMNS[1:7]]
    spread = np.std([one["both"] for one in found], ddof=1) if len(found) > 1 else 0.0
    return (name, *means, round(float(spread), 3), "" if variant.paper is None else variant.paper)


def train_variant(fields, how, folder, seed, given, engine, long):
    """The folder of a run that is done, now if not before.

    fields: of its recipe, before the given ones;  how: as `scaled` of a Variant;  long: fields of
    what that begins with."""
    from tubevit_np.runs.open_run import new_run, open_run

    start = {"start": str(scaled(how, folder, seed, given, engine, long))} if how else {}
    recipe = recipe_for(seed=seed, **ALIKE | given | fields | start)
    parts = [*(f"{field}={value}" for field, value in fields.items()), how]
    place = folder / f"{'-'.join(filter(None, parts)) or 'plain'}-{seed}"
    begun = (place / "config.json").exists()
    if begun and read_recipe(place / "config.json")[0] != recipe:
        raise ValueError(f"{place} was trained with other options; give another --out")
    if not (place / MODEL).exists():
        engine.train(open_run(place) if begun else new_run(place, recipe))
    return place


def scaled(how, folder, seed, given, engine, long):
    """A checkpoint of the plain model's tubes in a large one that was trained on images alone."""
    small, large = (train_variant(fields | long, "", folder, seed, given, engine, long)
                    for fields in ({}, IMAGES))
    path = folder / f"{small.name}-{how}.safetensors"
    if not path.exists():
        params, cfg, notes = load(small / MODEL)
        large, large_cfg, notes = load(large / MODEL)
        frames, size = int(notes["frames"]), int(notes["size"])
        gate = {"gate_layer": 2} if how == "gate" else {}
        params, cfg = scale_up(params, cfg, large, large_cfg, (frames, size, size), **gate)
        save(path, params, cfg, notes["labels"], frames=frames, size=size)
    return path


def scored(place, variant, engine):
    """{column: value} of one run; kept beside it."""
    how = format_size(variant.denser) + (f"-{variant.views}" if variant.views else "")
    kept = place / f"scores-{how}.json"
    if not kept.exists():
        path, params, cfg, notes = load_model(place)
        cfg = replace(cfg, tubes=tuple(denser(tube, variant.denser) for tube in cfg.tubes))
        found = answers(path, notes, engine.predictor(params, cfg), variant.views)
        shape = (int(notes["frames"]), *[int(notes["size"])] * 2)
        costs = {"tokens": sum(cost.tokens(cfg, shape)),
                 "GFLOPs": (variant.views or 1) * sum(cost.flops(cfg, shape).values()) / 1e9,
                 "seconds": seconds(place / "metrics.jsonl")}
        write_text(kept, json.dumps(found | costs, indent=1) + "\n")
    return json.loads(kept.read_text())


def answers(path, notes, predict, views):
    """Accuracies on held-out generated clips."""
    from tubevit_np.data.generated.long_clips import LongSource
    from tubevit_np.runs.held_out import sources_for
    from tubevit_np.training.evaluate import predict_all, scores_of

    [source, *_] = sources_for(path, notes, data=["generated"])
    if views:
        source = LongSource(**vars(source))
    return scores_of(predict_all(predict, source, views=(views or 1, 1)), source.labels)


def denser(tube, factors):
    """A video tube with its strides divided; a 2D patch as it is."""
    divided = tuple(map(operator.floordiv, tube.stride, factors))
    return tube if tube.is_patch else replace(tube, stride=divided)


def seconds(log):
    """How long a run trained, by its log; without looks at held-out examples."""
    records = [record for record in read_metrics(Path(log)) if "rate" in record]
    before = [0, *(record["step"] for record in records)]
    return sum(((record["step"] - last) / record["rate"]
                for last, record in zip(before, records)), 0.0)
