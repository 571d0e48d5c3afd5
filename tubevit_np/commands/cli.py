"""The command line of both packages: the commands, and how mistakes end."""

import argparse
import inspect
import sys
import warnings

from tubevit_np.commands import convert, drawing, options, train_and_evaluate
from tubevit_np.commands.interrupt import ctrl_c_kept
from tubevit_np.required import SCRIPTS, called, stop

COMMANDS = ("train", "evaluate", "predict", "kernels", "figures", "subset", "pretrained", "scale",
            "export", "ablate", "info")
MODULES = train_and_evaluate, convert, drawing  # a function for each command


def main(package, engine, arguments=None):
    """The exit status of one command; a mistake is one line and status 2.

    engine: the package's check, train and predictor."""
    name = called(package)
    warnings.simplefilter("ignore", RuntimeWarning)  # an overflow: the run reports it itself
    warnings.formatwarning = lambda message, *_, **__: f"{name}: {message}\n"
    try:
        given = parser(package).parse_args(arguments)
        with ctrl_c_kept():
            given.command(given, engine)
    except (ValueError, OSError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        return stop(package, error)
    except MemoryError as error:
        print(f"{name}: {error}{train_and_evaluate.smaller(given)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\n{name}: stopped{train_and_evaluate.way_on(given)}", file=sys.stderr)
        return 130
    return 0


class Parser(argparse.ArgumentParser):
    """Mistakes become ValueError, one line, as all others."""

    def error(self, message):
        raise ValueError(f"{message}; see {self.prog} --help")


def parser(package):
    name = called(package)
    prog = name if name in SCRIPTS else f"python -m {package}"
    top = Parser(prog=prog, allow_abbrev=False,
                 description="Sparse video tubes: one model for videos and images.",
                 epilog=f"example: {prog} train --out runs/demo")
    add = top.add_subparsers(required=True, metavar="COMMAND").add_parser

    for name in COMMANDS:
        what, example = inspect.getdoc(getattr(options, name)).split("\n\n")
        sub = add(name, help=what, description=what, allow_abbrev=False,
                  epilog=f"example: {prog} {name} {example}",
                  formatter_class=argparse.RawDescriptionHelpFormatter)
        sub.set_defaults(command=next(getattr(module, name) for module in MODULES
                                      if hasattr(module, name)))
        getattr(options, name)(sub)
    return top
