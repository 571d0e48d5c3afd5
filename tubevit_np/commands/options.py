"""The arguments of each command; the function of a command adds them to its argparse parser."""

import argparse
from pathlib import Path

from tubevit_np.ablation.studies import STUDIES
from tubevit_np.commands.arguments import add, default_text, field, flag
from tubevit_np.commands.prediction_lines import TOP
from tubevit_np.commands.recipe_help import OPTIONS
from tubevit_np.commands.train_options import train  # noqa: F401 - cli.py looks for it here
from tubevit_np.data.sources import NUM_EVAL_CLIPS
from tubevit_np.model.config_checks import GATE_TOKENS
from tubevit_np.runs.recipe import Recipe
from tubevit_np.training.evaluate import PREDICT_BATCH
from tubevit_np.variants.tube_sets import TUBE_SETS

SHELLS = ("bash", "zsh", "tcsh")
FORMATS = ("timm", "hf", "torch", "onnx")
STARTS = ("inflated", "random", "shared")
FIGURE_FORMATS = ("pdf", "svg", "png")
PICTURES = ("clip", "architecture", "kernels", "tubes", "slices", "spectra", "population",
            "movement", "colors", "distributions", "controls", "sampling", "overlay", "positions",
            "position-table", "pooling", "attention-first", "attention-last", "history", "training",
            "curves")  # as in plots/gallery/pictures.py, which needs matplotlib
PAPER = """With any of these options, the pictures are arranged for the given width, with text at
 its true size, without titles, README.md and scores.json. In pdf and svg, text is
 text. Your matplotlibrc is used, too. The animations (clip, tubes, training) stay as
 they are and need --format png."""


def evaluate(sub):
    run(sub)
    add(sub, "--data", "PATH", "labeled videos, as in train; NAME=PATH chooses the head. Repeat "
        "the option for several data sets (default: the run's data sets)", action="append",
        default=[])
    add(sub, "--images", "PATH", "labeled images; as --data", action="append", default=[])
    field(sub, "group_by", "as in train, for the sets of --data and --images (default: as in the "
          "training of the run)")
    add(sub, "--count", "N", "largest number of examples of each data set, at least 1 (default: "
        f"all files; of generated data, {NUM_EVAL_CLIPS} examples)")
    views(sub)
    add(sub, "--details", "FOLDER", "folder for a CSV file of all predictions and probabilities, a "
        "CSV file of the accuracy of each class and a picture of the confusion matrix, for each "
        "head (default: none)")
    cache(sub)


def predict(sub):
    run(sub)
    add(sub, "file", "FILE", "a video, an image, a folder (with its subfolders), a pattern such as "
        "'clips/*.mp4', or - to read a list from standard input", nargs="+")
    add(sub, "--out", "FILE", "table of the predictions, with the probability of every class: "
        "NAME.csv or NAME.jsonl, both in UTF-8, or - to print JSON lines, in ASCII (default: "
        "no table)")
    add(sub, "--top", "N", f"number of classes that are printed, at least 1 (default {TOP}, or as "
        "many as fit on a line of the terminal)")
    views(sub)
    add(sub, "--batch", "N", "clips that the model gets at once, at least 1 (default "
        f"{PREDICT_BATCH})", default=PREDICT_BATCH)
    cache(sub)


def kernels(sub):
    run(sub)
    add(sub, "--out", "FOLDER", "folder for the pictures (default: the run folder)")


def figures(sub):
    run(sub)
    add(sub, "--out", "FOLDER", "folder for the pictures (default: the run folder)")
    add(sub, "--clip", "FILE", "the pictures show what the model does with this video or image "
        "(default: a generated clip)", type=Path)
    add(sub, "--control", "RUN", "a run trained with --shuffled, whose kernels are drawn for "
        "comparison (default: none)", type=Path)
    add(sub, "--only", "NAME", f"draw only these pictures, and no README.md and scores.json: "
        f"{', '.join(PICTURES)} (default: all)", PICTURES, nargs="+")
    paper = sub.add_argument_group("figures for a paper", PAPER)
    add(paper, "--width", "X", "width of the page in inches, for example 3.5 for one column, 7 for "
        "two (default 7)", type=float)
    add(paper, "--format", "NAME", f"one of {', '.join(FIGURE_FORMATS)} (default pdf)",
        FIGURE_FORMATS, choices=FIGURE_FORMATS)
    add(paper, "--font-size", "X", "in points, 6 to 9 (default 8). No text is smaller than 6 "
        "points", type=float)
    flag(paper, "--no-captions", "leave out the text below each figure")
    add(paper, "--style", "FILE", "a Matplotlib style file, whose settings replace those of the "
        "gallery (default: none)", type=Path)


def subset(sub):
    given = sub.add_mutually_exclusive_group(required=True)
    add(given, "--data", "PATH", "folder or annotation file of videos")
    add(given, "--images", "PATH", "folder or CSV of images")
    add(sub, "--classes", "N|FILE", "number of classes, chosen at random; or a file with one class "
        "name per line (default: all classes)")
    add(sub, "--per-class", "N", "largest number of files per class: at most N in train, and at "
        "most N in val (default: all files)")
    field(sub, "group_by")
    add(sub, "--seed", "N", "seed of the random choice, at least 0 (default 0)", default=0)
    add(sub, "--out", "FOLDER", "folder for train.csv and val.csv (required)", required=True)


def pretrained(sub):
    add(sub, "file", "FILE", "the weights: an .npz file, a safetensors file, the index file of "
        "weights that are split over several files, the folder that holds them, or a model of the "
        "Hugging Face Hub: USER/REPO or USER/REPO@REVISION")
    add(sub, "--out", "FILE", "the checkpoint to write (required)", required=True)
    add(sub, "--tubes", "NAME", "tube set; tubevit_np/ablation/README.md explains each one: "
        f"{', '.join(TUBE_SETS)} (default main)", TUBE_SETS,
        default="main")
    add(sub, "--start", "NAME", "how the video tubes get their initial values. inflated: from "
        "the patch kernel, resized and spread evenly over the frames. random: from noise. shared: "
        "all video tubes use one kernel, made from the patch kernel (default inflated)",
        STARTS, default="inflated")
    add(sub, "--classes", "HEAD=K", "new heads and their numbers of classes (default: none)",
        nargs="+", default=[])
    flag(sub, "--keep-head", "keep the classification head of the file, and name it \"image\"")
    add(sub, "--heads", "N", "number of attention heads (not of classification heads); required "
        "if neither the file nor the size of the model says it")
    add(sub, "--seed", "N", "seed of new parameters, at least 0 (default 0)", default=0)


def scale(sub):
    add(sub, "small", "SMALL", "run or checkpoint that provides the video tubes")
    add(sub, "large", "LARGE", "large image model (run or checkpoint); all other weights come "
        "from it. Both may be models of the Hugging Face Hub")
    add(sub, "--gate", "N", "block, counted from 0, after which a gate adds the tokens again "
        "(default: no gate)")
    add(sub, "--gate-tokens", "NAME", "which tokens the gate adds: \"all\", or \"tubes\" for "
        "those of the video tubes only (default all)", GATE_TOKENS, default="all")
    field(sub, "frames", "frames per clip of the new model (default: as SMALL)")
    field(sub, "size", "height and width of the frames of the new model, in pixels "
          "(default: as SMALL)")
    add(sub, "--out", "FILE", "the checkpoint to write (required)", required=True)


def export(sub):
    run(sub)
    add(sub, "--format", "NAME", "the whole model: torch or onnx; only its image part: timm, or hf "
        "for Hugging Face's transformers (required)", FORMATS, required=True)
    add(sub, "--frames", "N", "number of frames of a video; onnx only (default: as the run; 32 if "
        "the checkpoint has none)")
    add(sub, "--size", "N", "height and width of the input, in pixels; not for torch, which takes "
        "any size (default: the size of the run; 224 if the checkpoint has none)")
    add(sub, "--head", "NAME", "also write the attention pooling and this head; timm only. The "
        "formats torch and onnx have all heads (default: no head, the model returns tokens)")
    add(sub, "--out", "FOLDER", "folder for the files (required)", required=True)


def share(sub):
    run(sub)
    add(sub, "folder", "FOLDER", "the new folder; its name becomes the title of the model card")


def export_log(sub):
    add(sub, "run", "RUN", "run folder")
    add(sub, "--tensorboard", "FOLDER", "folder for a log that TensorBoard shows. Needs "
        "tensorboardX (default: none)")
    add(sub, "--csv", "FILE", "a CSV file with one row per record and one column per value "
        "(default: none)")


def ablate(sub):
    add(sub, "study", "STUDY", f"one of {', '.join(STUDIES)}", STUDIES)
    add(sub, "--seeds", "N", "number of trainings of each variant, with different seeds "
        "(default 3)", default=3)
    add(sub, "--out", "FOLDER", "folder for all trainings (default runs/ablations)",
        default="runs/ablations")
    add(sub, "--base-steps", "N", "only for the study \"scaling\": training steps of the small "
        "and the large model before they are combined (default: as --steps)")
    for name in ("steps", "batch", "image_batch"):
        field(sub, name, OPTIONS[name][1].partition(";")[0] + f" (default {getattr(Recipe, name)})",
              default=argparse.SUPPRESS)


def info(sub):
    for name in ("preset", "tubes", "frames", "size"):
        text = OPTIONS[name][1] + default_text(name, getattr(Recipe, name))
        field(sub, name, text)
    flag(sub, "--all", "compare all sizes at 32 and 64 frames with the paper; then compare all "
         "tube sets with each other, in preset B or the given --preset")


def completion(sub):
    add(sub, "shell", "SHELL", f"one of {', '.join(SHELLS)}", choices=SHELLS)


def views(sub):
    add(sub, "--views", "TxS", "T clips from different times of each video, and S crops of each "
        "clip or image. Their predictions are averaged. The paper uses 4x3 (default 1x1)",
        default="1x1")


def cache(sub):
    add(sub, "--cache", "FOLDER", "folder for decoded frames: files that are in it are not decoded "
        "again (default: none)")


def run(sub):
    """The argument RUN of several commands."""
    add(sub, "run", "RUN", "run folder, checkpoint, or a model of the Hugging Face Hub: USER/REPO "
        "or USER/REPO@REVISION")
