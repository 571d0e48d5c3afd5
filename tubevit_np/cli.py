"""The command line of both packages: what to type, and what is printed."""

import argparse
import sys
import warnings
from dataclasses import fields
from pathlib import Path

from tubevit_np import commands, conversions
from tubevit_np.config import GATE_TOKENS, POSITIONS, PRESETS, TUBE_SETS
from tubevit_np.data.sources import ENOUGH
from tubevit_np.recipe import NUMBERS, PRECISIONS, SETS, Recipe
from tubevit_np.recipes import RECIPES
from tubevit_np.studies import STUDIES

HELP = {  # group: {option: (type, what it says)}
    "what is trained on": {
        "data": (Path, "folder or table of videos, NAME=PATH, or generated; again for another set"),
        "images": (Path, "folder or CSV of images, trained on jointly; again likewise"),
        "frames": (int, "frames of a clip"),
        "fps": (float, "frames a second of a clip (default: spread over the whole video)"),
        "size": (int, "pixels, of both sides"),
        "batch": (int, "videos in a step; of several sets one number, or one for each"),
        "image_batch": (int, "images in a step; likewise"),
        "weight": (float, "of the mean loss of videos; likewise"),
        "image_weight": (float, "of the mean loss of images; likewise"),
        "memory": (float, "gigabytes for decoded files; a larger set is decoded as training goes"),
        "cache": (Path, "folder that keeps what is decoded as training goes, for the next epoch"),
    },
    "the model": {
        "preset": (str, f"its size: {', '.join(PRESETS)}"),
        "tubes": (str, f"another tube set than the preset's: {', '.join(TUBE_SETS)}"),
        "position": (str, f"of tokens: {', '.join(POSITIONS)} (Table 7a; default fixed)"),
        "start": (Path, "run or checkpoint to begin from: its model and parameters, new heads"),
    },
    "how it is trained": {
        "steps": (int, "training steps"),
        "frozen": (int, "so many first blocks do not train, nor do the tubes then"),
        "lr": (float, "highest learning rate"),
        "accumulate": (int, "parts of a step's batch, one after the other, to save memory"),
        "devices": (int, "devices that share every batch (tubevit_tg; on a CPU: threads)"),
        "precision": (str, f"of matrix products: {', '.join(PRECISIONS)} (tubevit_tg)"),
        "smoothing": (float, "label smoothing, 0 to below 1"),
        "mixup": (float, "parameter of the Beta distribution of mixed examples; 0: none"),
        "dropout": (float, "share of numbers dropped, 0 to below 1"),
        "flip": (bool, "mirror files at random, but for classes that tell left from right"),
        "randaugment": (int, "random changes of each file (paper: 2), not of generated clips"),
        "magnitude": (float, "of these changes, 0 to 10"),
        "seed": (int, "of parameters and batches"),
        "save_every": (int, "steps between checkpoints"),
    },
}
OPTIONS = {name: said for group in HELP.values() for name, said in group.items()}
METAVARS = {Path: "PATH", str: "NAME", int: "N", float: "X"}


def main(package, engine, arguments=None):
    """Run one command; engine is the package's train and evaluate.  Returns the exit status."""
    warnings.formatwarning = lambda message, *_, **__: f"{package}: {message}\n"
    warnings.simplefilter("ignore", RuntimeWarning)  # of an overflow: a run says that itself
    try:
        options = parser(package).parse_args(arguments)
        options.command(options, engine)
    except (ValueError, OSError) as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"{package}: {error}; use a smaller --size, --frames or --batch", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{package}: stopped{commands.way_on(options)}", file=sys.stderr)
        return 130
    return 0


class Parser(argparse.ArgumentParser):
    """Mistakes become ValueError, one line, as all others."""

    def error(self, message):
        raise ValueError(f"{message}; see {self.prog} --help")


def parser(package):
    top = Parser(prog=f"python -m {package}", allow_abbrev=False,
                 description="Sparse video tubes: one model for videos and images.",
                 epilog=f"example: python -m {package} train --out runs/demo")
    add = top.add_subparsers(required=True, metavar="COMMAND").add_parser

    def command(name, what, example, options):
        sub = add(name, help=what, description=what, allow_abbrev=False,
                  epilog=f"example: python -m {package} {name} {example}",
                  formatter_class=argparse.RawDescriptionHelpFormatter)
        sub.set_defaults(command=getattr(commands, name, None) or getattr(conversions, name))
        options(sub)

    command("train", "train a model, on generated clips unless told otherwise",
            "--data videos/ --frames 16 --size 64 --steps 500 --out runs/mine", _train)
    command("evaluate", "score a model on held-out examples", "runs/mine --data videos/", _evaluate)
    command("predict", "say what a video or an image shows", "runs/demo some/clip.mp4", _predict)
    command("kernels", "draw the tube kernels, as a picture and an animation",
            "runs/demo --out pictures/", _kernels)
    command("subset", "list a small part of a labelled set, to train on",
            "--data kinetics/ --classes 10 --per-class 50 --out kinetics-10/", _subset)
    command("pretrained", "make a checkpoint of an image ViT of others, to train from",
            "vit-base-patch16-224/ --classes kinetics=400 --out start.safetensors", _pretrained)
    command("scale", "put the tubes of a small model into a large image model",
            "runs/small runs/large --gate 8 --out scaled.safetensors", _scale)
    command("export", "write the image part for timm or Hugging Face's transformers",
            "start.safetensors --format timm --size 224 --out vit/", _export)
    command("ablate", "train and score every variant of one of the paper's ablations, in small",
            "positions --steps 500 --out runs/ablations", _ablate)
    command("info", "tokens, parameters, operations and memory of a model",
            "--preset B --frames 32 --size 224", _info)
    return top


def _train(sub):
    defaults = {field.name: field.default for field in fields(Recipe)}
    for title, group in HELP.items():
        options = sub.add_argument_group(title)
        for name, (kind, text) in group.items():
            default = defaults[name]
            known = "" if default in (None, (), False) else f" (default {default})"
            form = ({"action": "store_true"} if kind is bool else
                    {"type": kind, "metavar": METAVARS[kind]})
            form |= {"action": "append"} if name in SETS else {}
            form |= {"nargs": "+"} if name in NUMBERS else {}
            options.add_argument(f"--{name.replace('_', '-')}", help=text + known,
                                 default=argparse.SUPPRESS, **form)
    sub.add_argument("--recipe", metavar="NAME", default=argparse.SUPPRESS,
                     help=f"the paper's training on {', '.join(RECIPES)} (Table 10), but for what "
                     "other options say")
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--out", default="runs/demo", metavar="FOLDER",
                       help="new run folder (default runs/demo)")
    where.add_argument("--resume", metavar="RUN", help="go on with a run that was stopped")


def _evaluate(sub):
    _run(sub)
    sub.add_argument("--data", metavar="PATH", action="append", default=[],
                     help="folder or table of labelled videos, or NAME=PATH; may be given again "
                     "(default: the run's own sets)")
    sub.add_argument("--images", metavar="PATH", action="append", default=[],
                     help="folder or CSV of labelled images; likewise")
    sub.add_argument("--count", type=int, metavar="N",
                     help=f"at most so many examples (default: all files, {ENOUGH} generated ones)")
    sub.add_argument("--views", default="1x1", metavar="TxP",
                     help="moments x places of each file, whose answers are averaged; the paper "
                     "takes 4x3 (default 1x1)")
    sub.add_argument("--details", metavar="FOLDER",
                     help="folder for every answer and every class as CSV, and a picture of what "
                     "is taken for what")


def _predict(sub):
    _run(sub)
    sub.add_argument("file", metavar="FILE", help="a video or an image")


def _kernels(sub):
    _run(sub)
    sub.add_argument("--out", metavar="FOLDER", help="folder for the pictures (default: the run's)")


def _subset(sub):
    given = sub.add_mutually_exclusive_group(required=True)
    given.add_argument("--data", metavar="PATH", help="folder or annotation file of videos")
    given.add_argument("--images", metavar="PATH", help="folder or CSV of images")
    sub.add_argument("--classes", metavar="N|FILE",
                     help="so many, drawn by the seed, or a file of names, one a line")
    sub.add_argument("--per-class", type=int, metavar="N",
                     help="at most so many files of a class, in train and in val")
    sub.add_argument("--seed", type=int, default=0, metavar="N",
                     help="of what is drawn (default 0)")
    sub.add_argument("--out", required=True, metavar="FOLDER",
                     help="folder for train.csv and val.csv: the --data of a training")


def _scale(sub):
    sub.add_argument("small", metavar="SMALL", help="run or checkpoint whose video tubes are taken")
    sub.add_argument("large", metavar="LARGE", help="run or checkpoint of which all else is taken")
    sub.add_argument("--gate", type=int, metavar="N",
                     help="block, counted from 0, after which a gate adds the tokens (default: no "
                     "gate)")
    sub.add_argument("--gate-tokens", default="all", metavar="NAME",
                     help=f"which tokens: {', '.join(GATE_TOKENS)} (default all)")
    for name in ("frames", "size"):
        kind, text = OPTIONS[name]
        sub.add_argument(f"--{name}", type=kind, metavar="N",
                         help=f"{text}, that it is to see (default: those of SMALL)")
    sub.add_argument("--out", required=True, metavar="FILE", help="the checkpoint to write")


def _pretrained(sub):
    sub.add_argument("file", metavar="FILE", help="the original .npz, or safetensors of timm or "
                     "Hugging Face: the file, its index or its folder")
    sub.add_argument("--out", required=True, metavar="FILE", help="the checkpoint to write")
    sub.add_argument("--tubes", default="main", metavar="NAME",
                     help=f"tube set: {', '.join(TUBE_SETS)} (default main)")
    sub.add_argument("--start", default="inflated", metavar="NAME",
                     help="video tubes begin inflated, random or shared (default inflated)")
    sub.add_argument("--classes", nargs="+", default=[], metavar="HEAD=K",
                     help="new heads and how many classes they have (default: none)")
    sub.add_argument("--keep-head", action="store_true",
                     help="keep the head of the file, as image, beside the new ones")
    sub.add_argument("--heads", type=int, metavar="N",
                     help="of the attention, where the file does not tell")
    sub.add_argument("--seed", type=int, default=0, metavar="N", help="of what is new (default 0)")


def _export(sub):
    _run(sub)
    sub.add_argument("--format", required=True, metavar="NAME", help="timm or hf")
    sub.add_argument("--size", type=int, metavar="N",
                     help="pixels of an image, both sides (default: the run's, or 224)")
    sub.add_argument("--head", metavar="NAME",
                     help="with the pooling and this head (timm alone; default: tokens)")
    sub.add_argument("--out", required=True, metavar="FOLDER",
                     help="folder for model.safetensors and its config.json")


def _ablate(sub):
    sub.add_argument("study", metavar="STUDY", help=f"one of {', '.join(STUDIES)}")
    sub.add_argument("--seeds", type=int, default=3, metavar="N",
                     help="trainings of each variant (default 3)")
    sub.add_argument("--out", default="runs/ablations", metavar="FOLDER",
                     help="folder of all trainings; what is there is not trained again "
                     "(default runs/ablations)")
    for name in ("steps", "batch", "image_batch"):
        kind, text = OPTIONS[name]
        sub.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar="N",
                         default=argparse.SUPPRESS, help=text)


def _info(sub):
    for name in ("preset", "tubes", "frames", "size"):
        kind, text = OPTIONS[name]
        sub.add_argument(f"--{name}", type=kind, metavar=METAVARS[kind], help=text)
    sub.add_argument("--all", action="store_true", help="a table of all sizes at 32 and 64 frames "
                     "beside the paper's figures, and one of all tube sets (default preset B)")


def _run(sub):
    sub.add_argument("run", metavar="RUN", help="run folder or checkpoint")
