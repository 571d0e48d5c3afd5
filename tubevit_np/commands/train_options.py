"""The arguments of train: the fields of a recipe in groups, and the run folder."""

import argparse
from dataclasses import fields

from tubevit_np.commands.arguments import add, default_text, field, flag
from tubevit_np.commands.recipe_help import HELP, OPTIONS
from tubevit_np.runs.epochs import EPOCHS, FEWEST, MOST
from tubevit_np.runs.recipe import NUMBERS, SETS, Recipe
from tubevit_np.runs.recipe_defaults import RECIPES


def train(sub):
    """The fields of a recipe in groups, a recipe of the paper, and the run folder."""
    defaults = {recipe_field.name: recipe_field.default for recipe_field in fields(Recipe)}
    for title, group in HELP.items():
        options = sub.add_argument_group(title)
        for name in group:
            form = {"action": "append"} if name in SETS else {}
            form |= {"nargs": "+"} if name in NUMBERS else {}
            text = OPTIONS[name][1] + default_text(name, defaults[name])
            field(options, name, text, default=argparse.SUPPRESS, **form)
        if title == "optimization":
            add(options, "--epochs", "X", "length of the training in epochs, in place of --steps. "
                "In one epoch, each file is used once. With several data sets, the one whose epoch "
                "is the longest counts; images count only if no videos are files (default for your "
                f"own files: {EPOCHS} epochs, but at least {FEWEST} and at most {MOST} steps)",
                type=float, default=argparse.SUPPRESS)
            add(options, "--recipe", "NAME|FILE", "the paper's settings for a data set (Table 10): "
                f"{', '.join(RECIPES)}. They set frames, frames per second, learning rate "
                "and RandAugment. ssv2 also sets mixup, dropout and label smoothing. Or your own "
                "recipe: a TOML, JSON or YAML file, or a run, whose recipe is repeated. Relative "
                "paths in a file start at the current folder. An option "
                "that you pass takes precedence", RECIPES, default=argparse.SUPPRESS)
            add(options, "--seeds", "N", "train and evaluate once with each of these seeds, in the "
                "folders seed-N of --out, and print the mean and standard deviation of the scores. "
                "Run the same command again to continue it (default: one training, see --seed)",
                nargs="+")
            flag(options, "--print-recipe", "print the complete recipe as TOML and exit. Save it "
                 "as FILE.toml to use it with --recipe. Nothing is trained")
    options.add_argument(
        "--tensorboard", metavar="FOLDER", nargs="?", const="", help="also write the log for "
        "TensorBoard while the model trains, into this folder (default: the folder tensorboard in "
        "the run folder). Can be given with --resume, too. Needs tensorboardX")
    flag(options, "--dry-run", "print what the training would take (data, model, steps, memory and "
         "time), and do not train. Nothing is written")
    where = options.add_mutually_exclusive_group()
    add(where, "--out", "FOLDER", "new run folder (default runs/demo)", default="runs/demo")
    add(where, "--resume", "RUN", "continue a run that was interrupted: it ends with the same "
        "parameters as without the interruption, bit for bit. A run keeps its options. Only these "
        "may be given: --steps extends a run, also a finished one; the learning rate then is that "
        "of the longer run, from the step where the run stands. --data and --images name the place "
        "of data that have moved")
