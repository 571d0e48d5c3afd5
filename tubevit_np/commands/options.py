"""What can be typed behind each command: an argparse parser's arguments."""

import argparse
from dataclasses import fields
from pathlib import Path

from tubevit_np.ablation.studies import STUDIES
from tubevit_np.commands.recipe_help import HELP, OPTIONS
from tubevit_np.data.sources import NUM_EVAL_CLIPS
from tubevit_np.model.config_checks import GATE_TOKENS
from tubevit_np.runs.recipe import NUMBERS, SETS, Recipe
from tubevit_np.runs.recipe_defaults import RECIPES, usual_elsewhere
from tubevit_np.variants.tube_sets import TUBE_SETS

METAVARS = {Path: "PATH", str: "NAME", int: "N", float: "X"}


def field(sub, name, **form):
    """An option that sets a field of the recipe; form: what else argparse is to know of it."""
    kind, text = OPTIONS[name]
    form = {"type": kind, "metavar": METAVARS[kind]} | form if kind is not bool else form
    sub.add_argument(f"--{name.replace('_', '-')}", **{"help": text} | form)


def default_text(name, default):
    """The default of an option, and which models or data have another one."""
    if default in (None, (), False):
        return ""
    others = (f"; {where} {value}" for value, where in usual_elsewhere(name).items())
    return f" (default {default}{''.join(others)})"


def train(sub):
    defaults = {own.name: own.default for own in fields(Recipe)}
    for title, group in HELP.items():
        options = sub.add_argument_group(title)
        for name, (kind, text) in group.items():
            known = default_text(name, defaults[name])
            form = {"action": "store_true"} if kind is bool else {}
            form |= {"action": "append"} if name in SETS else {}
            form |= {"nargs": "+"} if name in NUMBERS else {}
            field(options, name, help=text + known, default=argparse.SUPPRESS, **form)
    sub.add_argument("--recipe", metavar="NAME", default=argparse.SUPPRESS,
                     help=f"the paper's training on {', '.join(RECIPES)} (Table 10), but for what "
                     "other options say")
    where = sub.add_mutually_exclusive_group()
    where.add_argument("--out", default="runs/demo", metavar="FOLDER",
                       help="new run folder (default runs/demo)")
    where.add_argument("--resume", metavar="RUN", help="go on with a run that was stopped")


def evaluate(sub):
    run(sub)
    sub.add_argument("--data", metavar="PATH", action="append", default=[],
                     help="folder or table of labelled videos, or NAME=PATH; may be given again "
                     "(default: the run's own sets)")
    sub.add_argument("--images", metavar="PATH", action="append", default=[],
                     help="folder or CSV of labelled images; likewise")
    sub.add_argument("--count", type=int, metavar="N",
                     help="at most so many examples (default: all files, "
                     f"{NUM_EVAL_CLIPS} generated ones)")
    sub.add_argument("--views", default="1x1", metavar="TxP",
                     help="moments x places of each file, whose answers are averaged; the paper "
                     "takes 4x3 (default 1x1)")
    sub.add_argument("--details", metavar="FOLDER",
                     help="folder for every answer and every class as CSV, and a "
                     "confusion matrix")


def predict(sub):
    run(sub)
    sub.add_argument("file", metavar="FILE", help="a video or an image")


def kernels(sub):
    run(sub)
    sub.add_argument("--out", metavar="FOLDER", help="folder for the pictures (default: the run's)")


def subset(sub):
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


def scale(sub):
    sub.add_argument("small", metavar="SMALL", help="run or checkpoint whose video tubes are taken")
    sub.add_argument("large", metavar="LARGE", help="run or checkpoint of which all else is taken")
    sub.add_argument("--gate", type=int, metavar="N",
                     help="block, counted from 0, after which a gate adds the tokens (default: no "
                     "gate)")
    sub.add_argument("--gate-tokens", default="all", metavar="NAME",
                     help=f"which tokens: {', '.join(GATE_TOKENS)} (default all)")
    for name in ("frames", "size"):
        field(sub, name, help=f"{OPTIONS[name][1]}, that it is to see (default: those of SMALL)")
    sub.add_argument("--out", required=True, metavar="FILE", help="the checkpoint to write")


def pretrained(sub):
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


def export(sub):
    run(sub)
    sub.add_argument("--format", required=True, metavar="NAME", help="timm or hf")
    sub.add_argument("--size", type=int, metavar="N",
                     help="pixels of an image, both sides (default: the run's, or 224)")
    sub.add_argument("--head", metavar="NAME",
                     help="with the pooling and this head (timm alone; default: tokens)")
    sub.add_argument("--out", required=True, metavar="FOLDER",
                     help="folder for model.safetensors and its config.json")


def figures(sub):
    run(sub)
    sub.add_argument("--out", metavar="FOLDER", help="default: the run's folder")
    sub.add_argument("--clip", metavar="FILE", type=Path,
                     help="video or image to show the model at work on (default: a generated clip)")
    sub.add_argument("--control", metavar="RUN", type=Path,
                     help="a run of train --shuffled, to draw its kernels beside")


def ablate(sub):
    sub.add_argument("study", metavar="STUDY", help=f"one of {', '.join(STUDIES)}")
    sub.add_argument("--seeds", type=int, default=3, metavar="N",
                     help="trainings of each variant (default 3)")
    sub.add_argument("--out", default="runs/ablations", metavar="FOLDER",
                     help="folder of all trainings; what is there is not trained again "
                     "(default runs/ablations)")
    sub.add_argument("--base-steps", type=int, metavar="N",
                     help="steps of the small and the large model that scaling begins with, "
                     "which its other steps then tune (default as --steps)")
    for name in ("steps", "batch", "image_batch"):
        field(sub, name, default=argparse.SUPPRESS)


def info(sub):
    for name in ("preset", "tubes", "frames", "size"):
        field(sub, name)
    sub.add_argument("--all", action="store_true", help="a table of all sizes at 32 and 64 frames "
                     "beside the paper's figures, and one of all tube sets (default preset B)")


def run(sub):
    sub.add_argument("run", metavar="RUN", help="run folder or checkpoint")
