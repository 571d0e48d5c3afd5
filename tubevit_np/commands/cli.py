"""The command line of both packages: the commands, and how mistakes end."""

import argparse
import inspect
import sys
import warnings

from tubevit_np.commands import convert, drawing, options, train_and_evaluate
from tubevit_np.commands.interrupt import ctrl_c_kept

COMMANDS = ("train", "evaluate", "predict", "kernels", "figures", "subset", "pretrained", "scale",
            "export", "ablate", "info")
MODULES = train_and_evaluate, convert, drawing  # a function for each command


def main(package, engine, arguments=None):
    """The exit status of one command; a mistake is one line and status 2.

    engine: the package's check, train and predictor."""
    warnings.simplefilter("ignore", RuntimeWarning)  # of an overflow: a run says that itself
    warnings.formatwarning = lambda message, *_, **__: f"{package}: {message}\n"
    try:
        given = parser(package).parse_args(arguments)
        with ctrl_c_kept():
            given.command(given, engine)
    except (ValueError, OSError) as error:
        print(f"{package}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        print(f"{package}: {error}; pip install 'tubevit[all]'", file=sys.stderr)
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

    for name in COMMANDS:
        what, example = inspect.getdoc(getattr(options, name)).split("\n\n")
        sub = add(name, help=what, description=what, allow_abbrev=False,
                  epilog=f"example: python -m {package} {name} {example}",
                  formatter_class=argparse.RawDescriptionHelpFormatter)
        sub.set_defaults(command=next(getattr(module, name) for module in MODULES
                                      if hasattr(module, name)))
        getattr(options, name)(sub)
    return top
