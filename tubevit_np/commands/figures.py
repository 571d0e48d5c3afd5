"""python -m figures RUN: all pictures of a run, and their numbers."""

import argparse
import sys
from pathlib import Path

from figures.gallery import PICTURES, draw_all
from figures.opened import Opened
from tubevit_np.cli import Parser, ended
from tubevit_np.writing import make_folder

EPILOG = """\
example: python -m figures runs/demo --out pictures/

pictures: """ + ", ".join(picture.name for picture in PICTURES)


def parser():
    top = Parser(prog="python -m figures", allow_abbrev=False, epilog=EPILOG,
                 description="Draw all pictures of a run, with scores.json and a README.md.",
                 formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("run", metavar="RUN", type=Path, help="run folder or checkpoint")
    top.add_argument("--out", metavar="FOLDER", help="default: the run's folder")
    top.add_argument("--clip", metavar="FILE", type=Path,
                     help="video or image to show the model at work on (default: a generated clip)")
    top.add_argument("--control", metavar="RUN", type=Path,
                     help="a run of train --shuffled, to draw its kernels beside")
    top.set_defaults(command=None)
    return top


def draw(options):
    run = Opened(options.run, clip=options.clip, control=options.control)
    if options.clip and run.example:  # an unreadable one is told before anything is drawn
        print(f"over {run.example.name}")
    folder = make_folder(options.out or run.folder, "--out")
    missing = draw_all(run, folder)
    for picture in PICTURES:
        why = missing.get(picture.name)
        print(f"left out {picture.name}: {why}" if why else folder / picture.name)
    print(folder / "scores.json", folder / "README.md", sep="\n")


if __name__ == "__main__":
    sys.exit(ended("figures", parser(), draw))
