"""The command line of both packages: what to type, and what is printed."""

import argparse
import json
import sys
import warnings
from dataclasses import fields
from pathlib import Path

import numpy as np

from tubevit_np import cost
from tubevit_np.config import PRESETS, TUBE_SETS
from tubevit_np.layers import softmax
from tubevit_np.recipe import Recipe, recipe_for

COUNT = 2048  # generated examples in an evaluation: one standard error is at most 1.1 %

HELP = {  # option: (type, what it says)
    "data": (str, "folder or CSV of labelled videos (default: the generated set)"),
    "images": (str, "folder or CSV of labelled images, trained on jointly"),
    "preset": (str, f"size of the model: {', '.join(PRESETS)}"),
    "tubes": (str, f"another tube set than the preset's: {', '.join(TUBE_SETS)}"),
    "frames": (int, "frames of a clip"),
    "size": (int, "pixels, of both sides"),
    "steps": (int, "training steps"),
    "batch": (int, "videos in a step"),
    "image_batch": (int, "images in a step"),
    "lr": (float, "highest learning rate"),
    "smoothing": (float, "label smoothing, 0 to below 1"),
    "seed": (int, "of parameters and batches"),
    "save_every": (int, "steps between checkpoints"),
}


def main(package, engine, arguments=None):
    """Run one command; engine is the package's train and evaluate.  Returns the exit status."""
    warnings.formatwarning = lambda message, *_, **__: f"{package}: {message}\n"
    warnings.simplefilter("once", UserWarning, append=True)  # from whichever line
    try:
        options = parser(package).parse_args(arguments)
        options.command(options, engine)
    except (ValueError, OSError) as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{package}: stopped; a training run goes on with --resume", file=sys.stderr)
        return 130
    return 0


class Parser(argparse.ArgumentParser):
    """Mistakes become ValueError, one line, as all others."""

    def error(self, message):
        raise ValueError(f"{message}; see {self.prog} --help")


def parser(package):
    top = Parser(prog=f"python -m {package}",
                 description="Sparse video tubes: one model for videos and images.",
                 epilog=f"example: python -m {package} train --out runs/demo")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name, command, what, example):
        sub = commands.add_parser(name, help=what, description=what,
                                  epilog=f"example: python -m {package} {example}",
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        sub.set_defaults(command=command)
        return sub

    sub = add("train", train, "train a model, on generated clips unless told otherwise",
              "train --data videos/ --frames 16 --size 64 --steps 500 --out runs/mine")
    for field in fields(Recipe):
        if field.name in HELP:
            kind, text = HELP[field.name]
            known = "" if field.default is None else f" (default {field.default})"
            sub.add_argument(f"--{field.name.replace('_', '-')}", type=kind, help=text + known,
                             default=argparse.SUPPRESS, metavar=kind.__name__.upper())
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--out", default="runs/demo", help="new run folder (default runs/demo)")
    where.add_argument("--resume", metavar="RUN", help="go on with a run that was stopped")
    sub = add("evaluate", evaluate, "score a model on held-out examples",
              "evaluate runs/mine --data videos/")
    sub.add_argument("run", metavar="RUN", help="run folder or checkpoint")
    sub.add_argument("--data", help=HELP["data"][1].replace("generated", "run's own"))
    sub.add_argument("--images", help="folder or CSV of labelled images")
    sub.add_argument("--count", type=int, default=COUNT,
                     help=f"generated examples (default {COUNT}); files are all scored, once")
    sub = add("predict", predict, "say what a video or an image shows",
              "predict runs/demo some/clip.mp4")
    sub.add_argument("run", metavar="RUN", help="run folder or checkpoint")
    sub.add_argument("file", metavar="FILE", help="a video or an image")
    sub = add("kernels", kernels, "draw the tube kernels, as a picture and an animation",
              "kernels runs/demo --out pictures/")
    sub.add_argument("run", metavar="RUN", help="run folder or checkpoint")
    sub.add_argument("--out", help="folder for the pictures (default: the run's)")
    sub = add("info", info, "tokens, parameters and operations of a model",
              "info --preset B --frames 32 --size 224")
    for name in ("preset", "tubes", "frames", "size"):
        sub.add_argument(f"--{name}", type=HELP[name][0], help=HELP[name][1])
    return top


def train(options, engine):
    """New or resumed, then curves, kernels and the final scores."""
    from tubevit_np.run import new_run, open_run

    given = {field.name: getattr(options, field.name) for field in fields(Recipe)
             if hasattr(options, field.name)}
    if options.resume and given:
        first = next(iter(given)).replace("_", "-")
        raise ValueError(f"a resumed run keeps its own options; leave out --{first}")
    run = open_run(options.resume) if options.resume else new_run(options.out, recipe_for(**given))
    params = engine.train(run)
    if run.first == run.recipe.steps:
        print(f"{run.folder} had done all its {run.first} steps; drawn and scored again")
    run.draw()
    report(engine.predictor(params, run.cfg), run.sources, COUNT, run.folder)


def evaluate(options, engine):
    from tubevit_np.data.sources import sources_for
    from tubevit_np.folder import load_model

    if options.count < 1:
        raise ValueError(f"count is {options.count}; it must be at least 1")
    path, params, cfg, notes = load_model(options.run)
    sources = sources_for(path, notes, options.data, options.images)
    folder = Path(options.run) if Path(options.run).is_dir() else None
    report(engine.predictor(params, cfg), sources, options.count, folder)


def report(predict, sources, count, folder):
    """Score every source, print a table, and keep it in the run folder as evaluation.json."""
    from tubevit_np.evaluate import evaluate

    scores = {}
    for source in sources:
        found = evaluate(predict, source, count if source.slow else None)
        print(f"\n{found['count']} held-out {source.kind}s"
              + (f", {len(source.skipped)} left out" if source.skipped else ""))
        width = max(14, *map(len, found))
        for name, share in found.items():
            if name != "count":
                print(f"  {name:{width}}  {share:7.1%}")
        scores[source.kind] = found | {"left out": len(source.skipped)}
    if folder:
        (folder / "evaluation.json").write_text(json.dumps(scores, indent=2))


def predict(options, engine):
    from tubevit_np.data.images import read_image
    from tubevit_np.data.video import is_video, read_clip
    from tubevit_np.folder import load_model

    _, params, cfg, notes = load_model(options.run)
    kind = "video" if is_video(options.file) else "image"
    frames, size = int(notes["frames"]), int(notes["size"])
    video = kind == "video"
    x = read_clip(options.file, frames, size) if video else read_image(options.file, size)
    heads = json.loads(notes["heads"])
    heads = heads.get(kind) or next(iter(heads.values()))  # the same weights read either kind
    for head, logits in engine.predictor(params, cfg)(x[None], tuple(heads)).items():
        shares = softmax(logits.astype(np.float64))[0]
        print(f"{head} of the {kind} {options.file}")
        for i in np.argsort(-shares)[:5]:
            bar, name = "#" * round(30 * shares[i]), notes["labels"][head][i]
            print(f"  {shares[i]:6.1%}  {bar:30}  {name}")


def kernels(options, engine):
    from tubevit_np.folder import find_model
    from tubevit_np.pictures import draw_kernels

    path = find_model(options.run)
    for picture in draw_kernels(path, Path(options.out or path.parent)):
        print(picture)


def info(options, engine):
    given = {name: getattr(options, name) for name in ("preset", "tubes", "frames", "size")}
    recipe = recipe_for(**{name: value for name, value in given.items() if value is not None})
    cfg = recipe.config(PRESETS[recipe.preset].classes)
    shape = (recipe.frames, recipe.size, recipe.size)
    print(f"width {cfg.dim}, {cfg.depth} blocks, {cfg.heads} heads, MLP {cfg.mlp_dim}; "
          f"video of {'x'.join(map(str, shape))}, image of {recipe.size}x{recipe.size}\n")
    print(f"{'tube':10}{'stride':>14}{'offset':>13}{'s2d':>11}{'tokens':>8}{'on image':>10}")
    videos, images = cost.tokens(cfg, shape), cost.tokens(cfg, (1, *shape[1:]))
    for tube, on_video, on_image in zip(cfg.tubes, videos, images, strict=True):
        print(f"{tube.name:10}{tube.stride!s:>14}{tube.offset!s:>13}{tube.s2d!s:>11}"
              f"{on_video:8}{on_image:10}")
    print(f"{'all':48}{sum(videos):8}{sum(images):10}\n")
    flops, numbers = cost.flops(cfg, shape), cost.parameters(cfg)
    print(f"{'part':10}{'parameters':>14}{'GFLOPs, video':>16}   (2 for each multiply-add)")
    for part in numbers:
        print(f"{part:10}{numbers[part]:14,}{flops[part] / 1e9:16.3f}")
    print(f"{'all':10}{sum(numbers.values()):14,}{sum(flops.values()) / 1e9:16.3f}")
