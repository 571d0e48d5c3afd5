"""What can be typed behind each command: an argparse parser's arguments.

The function of a command adds its options; its docstring is the command's help and an example."""

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


def add(sub, name, metavar, text, **form):
    """An option with a value, an integer where it is called N; form: as of field."""
    kind = {"type": int} if metavar == "N" else {}
    sub.add_argument(name, metavar=metavar, help=text, **kind | form)


def default_text(name, default):
    """The default of an option, and which models or data have another one."""
    if default in (None, (), False):
        return ""
    others = (f"; {where} {value}" for value, where in usual_elsewhere(name).items())
    return f" (default {default}{''.join(others)})"


def train(sub):
    """train a model, on generated clips unless told otherwise

    --data videos/ --frames 16 --size 64 --steps 500 --out runs/mine"""
    defaults = {own.name: own.default for own in fields(Recipe)}
    for title, group in HELP.items():
        options = sub.add_argument_group(title)
        for name, (kind, text) in group.items():
            known = default_text(name, defaults[name])
            form = {"action": "store_true"} if kind is bool else {}
            form |= {"action": "append"} if name in SETS else {}
            form |= {"nargs": "+"} if name in NUMBERS else {}
            field(options, name, help=text + known, default=argparse.SUPPRESS, **form)
    add(sub, "--recipe", "NAME", f"the paper's training on {', '.join(RECIPES)} (Table 10), but "
        "for what other options say", default=argparse.SUPPRESS)
    where = sub.add_mutually_exclusive_group()
    add(where, "--out", "FOLDER", "new run folder (default runs/demo)", default="runs/demo")
    add(where, "--resume", "RUN", "go on with a run that was stopped")


def evaluate(sub):
    """score a model on held-out examples

    runs/mine --data videos/"""
    run(sub)
    add(sub, "--data", "PATH", "folder or table of labeled videos, or NAME=PATH; may be given "
        "again (default: the run's own sets)", action="append", default=[])
    add(sub, "--images", "PATH", "folder or CSV of labeled images; likewise", action="append",
        default=[])
    add(sub, "--count", "N", f"at most N examples (default: all; {NUM_EVAL_CLIPS} generated ones)")
    add(sub, "--views", "TxP", "temporal x spatial crops of each file, averaged; the "
        "paper takes 4x3 (default 1x1)", default="1x1")
    add(sub, "--details", "FOLDER",
        "folder for every answer and every class as CSV, and a confusion matrix")


def predict(sub):
    """say what a video or an image shows

    runs/demo some/clip.mp4"""
    run(sub)
    add(sub, "file", "FILE", "a video or an image")


def kernels(sub):
    """draw the tube kernels, as a picture and an animation

    runs/demo --out pictures/"""
    run(sub)
    add(sub, "--out", "FOLDER", "folder for the pictures (default: the run's)")


def subset(sub):
    """list a small part of a labeled set, to train on

    --data kinetics/ --classes 10 --per-class 50 --out kinetics-10/"""
    given = sub.add_mutually_exclusive_group(required=True)
    add(given, "--data", "PATH", "folder or annotation file of videos")
    add(given, "--images", "PATH", "folder or CSV of images")
    add(sub, "--classes", "N|FILE", "so many, drawn by the seed, or a file of names, one a line")
    add(sub, "--per-class", "N", "at most so many files of a class, in train and in val")
    add(sub, "--seed", "N", "of what is drawn (default 0)", default=0)
    add(sub, "--out", "FOLDER", "folder for train.csv and val.csv: the --data of a training",
        required=True)


def scale(sub):
    """put the tubes of a small model into a large image model

    runs/small runs/large --gate 8 --out scaled.safetensors"""
    add(sub, "small", "SMALL", "run or checkpoint whose video tubes are taken")
    add(sub, "large", "LARGE", "run or checkpoint of which all else is taken")
    add(sub, "--gate", "N", "block, counted from 0, after which a gate adds the tokens (default: "
        "no gate)")
    add(sub, "--gate-tokens", "NAME", f"which tokens: {', '.join(GATE_TOKENS)} (default all)",
        default="all")
    for name in ("frames", "size"):
        field(sub, name, help=f"{OPTIONS[name][1]}, that it is to see (default: those of SMALL)")
    add(sub, "--out", "FILE", "the checkpoint to write", required=True)


def pretrained(sub):
    """make a checkpoint of an image ViT of others, to train from

    vit-base-patch16-224/ --classes kinetics=400 --out start.safetensors"""
    add(sub, "file", "FILE", "the original .npz, or safetensors of timm or Hugging Face: the file, "
        "its index or its folder")
    add(sub, "--out", "FILE", "the checkpoint to write", required=True)
    add(sub, "--tubes", "NAME", f"tube set: {', '.join(TUBE_SETS)} (default main)", default="main")
    add(sub, "--start", "NAME", "video tubes begin inflated, random or shared (default inflated)",
        default="inflated")
    add(sub, "--classes", "HEAD=K", "new heads and how many classes they have (default: none)",
        nargs="+", default=[])
    sub.add_argument("--keep-head", action="store_true",
                     help="keep the head of the file, as image, beside the new ones")
    add(sub, "--heads", "N", "of the attention, where the file does not tell")
    add(sub, "--seed", "N", "of what is new (default 0)", default=0)


def export(sub):
    """write the image part for timm or Hugging Face's transformers

    start.safetensors --format timm --size 224 --out vit/"""
    run(sub)
    add(sub, "--format", "NAME", "timm or hf", required=True)
    add(sub, "--size", "N", "pixels of an image, both sides (default: the run's, or 224)")
    add(sub, "--head", "NAME", "with the pooling and this head (timm alone; default: tokens)")
    add(sub, "--out", "FOLDER", "folder for model.safetensors and its config.json", required=True)


def figures(sub):
    """draw all pictures of a run, with scores.json and a README.md

    runs/demo --out pictures/"""
    run(sub)
    add(sub, "--out", "FOLDER", "default: the run's folder")
    add(sub, "--clip", "FILE", "video or image to show the model at work on (default: a generated "
        "clip)", type=Path)
    add(sub, "--control", "RUN", "a run of train --shuffled, to draw its kernels beside", type=Path)


def ablate(sub):
    """train and score every variant of one of the paper's ablations, in small

    positions --steps 500 --out runs/ablations"""
    add(sub, "study", "STUDY", f"one of {', '.join(STUDIES)}")
    add(sub, "--seeds", "N", "trainings of each variant (default 3)", default=3)
    add(sub, "--out", "FOLDER", "folder of all trainings; what is there is not trained again "
        "(default runs/ablations)", default="runs/ablations")
    add(sub, "--base-steps", "N", "steps of the small and the large model that scaling begins "
        "with, which its other steps then tune (default as --steps)")
    for name in ("steps", "batch", "image_batch"):
        field(sub, name, default=argparse.SUPPRESS)


def info(sub):
    """tokens, parameters, operations and memory of a model

    --preset B --frames 32 --size 224"""
    for name in ("preset", "tubes", "frames", "size"):
        field(sub, name)
    sub.add_argument("--all", action="store_true", help="a table of all sizes at 32 and 64 frames "
                     "beside the paper's figures, and one of all tube sets (default preset B)")


def run(sub):
    add(sub, "run", "RUN", "run folder or checkpoint")
