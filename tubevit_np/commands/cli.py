"""The command line of both packages: the commands, and how mistakes end."""

import argparse
import sys
import warnings

from tubevit_np.commands import convert, drawing, options, train_and_evaluate
from tubevit_np.commands.interrupt import ctrl_c_kept

MODULES = train_and_evaluate, convert, drawing  # a function for each command


def main(package, engine, arguments=None):
    """The exit status of one command; engine: the package's check, train and predictor."""
    warnings.simplefilter("ignore", RuntimeWarning)  # of an overflow: a run says that itself
    return ended(package, parser(package), lambda given: given.command(given, engine), arguments)


def ended(package, parser, work, arguments=None):
    """The exit status of work(options); a mistake is one line and status 2."""
    warnings.formatwarning = lambda message, *_, **__: f"{package}: {message}\n"
    try:
        given = parser.parse_args(arguments)
        with ctrl_c_kept():
            work(given)
    except (ValueError, OSError) as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 2
    except MemoryError as error:
        print(f"{package}: {error}{train_and_evaluate.smaller(given)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{package}: stopped{train_and_evaluate.way_on(given)}", file=sys.stderr)
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

    def command(name, what, example):
        sub = add(name, help=what, description=what, allow_abbrev=False,
                  epilog=f"example: python -m {package} {name} {example}",
                  formatter_class=argparse.RawDescriptionHelpFormatter)
        sub.set_defaults(command=next(getattr(module, name) for module in MODULES
                                      if hasattr(module, name)))
        getattr(options, name)(sub)

    command("train", "train a model, on generated clips unless told otherwise",
            "--data videos/ --frames 16 --size 64 --steps 500 --out runs/mine")
    command("evaluate", "score a model on held-out examples", "runs/mine --data videos/")
    command("predict", "say what a video or an image shows", "runs/demo some/clip.mp4")
    command("kernels", "draw the tube kernels, as a picture and an animation",
            "runs/demo --out pictures/")
    command("figures", "draw all pictures of a run, with scores.json and a README.md",
            "runs/demo --out pictures/")
    command("subset", "list a small part of a labelled set, to train on",
            "--data kinetics/ --classes 10 --per-class 50 --out kinetics-10/")
    command("pretrained", "make a checkpoint of an image ViT of others, to train from",
            "vit-base-patch16-224/ --classes kinetics=400 --out start.safetensors")
    command("scale", "put the tubes of a small model into a large image model",
            "runs/small runs/large --gate 8 --out scaled.safetensors")
    command("export", "write the image part for timm or Hugging Face's transformers",
            "start.safetensors --format timm --size 224 --out vit/")
    command("ablate", "train and score every variant of one of the paper's ablations, in small",
            "positions --steps 500 --out runs/ablations")
    command("info", "tokens, parameters, operations and memory of a model",
            "--preset B --frames 32 --size 224")
    return top
