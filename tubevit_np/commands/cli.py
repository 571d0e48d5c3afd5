"""The command line of both packages: the commands, their help, and one line for every mistake."""

import argparse
import re
import signal
import sys
import textwrap
import warnings
from pathlib import Path

from tqdm import tqdm

from tubevit_np.commands import (
    completion,
    convert,
    drawing,
    export,
    logs,
    options,
    predict,
    share,
    train_and_evaluate,
)
from tubevit_np.commands.descriptions import COMMANDS, PROGRAM
from tubevit_np.commands.interrupt import ctrl_c_kept, way_on
from tubevit_np.console import safe_output
from tubevit_np.nearest import nearest
from tubevit_np.required import SCRIPTS, called, stop
from tubevit_np.versions import print_versions

# They have a function for each command.
MODULES = train_and_evaluate, predict, convert, export, share, logs, drawing, completion
SCRIPT_OF = {"tubevit_np": "tubevit", "tubevit_tg": "tubevit-tg"}


def main(package, engine, arguments=None):
    """Run one command; return its exit status: its own, or 2 for a mistake, with one line.

    engine: the package's check, train and predictor."""
    name, given = called(package), None
    warnings.simplefilter("ignore", RuntimeWarning)  # an overflow: the run reports it itself
    warnings.formatwarning = lambda message, *_, **__: below_bars(f"{name}: {message}\n")
    try:
        with safe_output():
            given = parser(package).parse_args(arguments)
            with ctrl_c_kept():
                return given.command(given, engine) or 0
    except (ValueError, OSError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        return stop(package, error)
    except MemoryError as error:
        print(f"{name}: {error}{train_and_evaluate.smaller(given)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as error:
        print(f"\n{name}: stopped{way_on(given)}", file=sys.stderr)
        return 128 + getattr(error, "number", signal.SIGINT)  # as a shell reports it


def below_bars(text):
    """The text, after all progress bars are cleared: they are drawn again below it."""
    for bar in list(getattr(tqdm, "_instances", ())):
        bar.clear()
    return text


def parser(package, prog=None):
    """The parser of all commands; prog: the command's name, by default as it was typed."""
    name = called(package)
    prog = prog or (name if name in SCRIPTS else f"python -m {package}")
    top = Parser(prog=prog, allow_abbrev=False, description=PROGRAM, formatter_class=Formatter,
                 usage=f"{prog} [--version] COMMAND ...",
                 epilog=examples(prog, "train --out runs/demo", "train --help"))
    top.add_argument("--version", action=PrintVersions, nargs=0, const=package,
                     default=argparse.SUPPRESS, help="print the versions and exit")
    add = top.add_subparsers(prog=prog, required=True, metavar="COMMAND",
                             title="commands").add_parser
    for name, (usage, summary, text, lines) in COMMANDS.items():
        typed, function = f"{prog} {name}", name.replace("-", "_")
        sub = add(name, help=summary, description=text, allow_abbrev=False,
                  usage=f"{typed} [options] {usage}".strip(), epilog=examples(typed, *lines),
                  formatter_class=Formatter)
        sub.set_defaults(package=package, prog=prog, command=next(
            getattr(module, function) for module in MODULES if hasattr(module, function)))
        getattr(options, function)(sub)
    return top


def subparsers(top):
    """{command: its parser}."""
    [action] = [one for one in top._actions if isinstance(one, argparse._SubParsersAction)]
    return action.choices


class PrintVersions(argparse.Action):
    """Look the versions up only when they are printed: tinygrad's takes a search of the disk."""

    def __call__(self, parser, namespace, values, option_string=None):
        parser.exit(print_versions(self.const))


def examples(prog, *lines):
    """The last lines of a help text."""
    title = "examples" if len(lines) > 1 else "example"
    return "\n".join([f"{title}:", *(f"  {prog} {line}" for line in lines)])


class Formatter(argparse.HelpFormatter):
    """Descriptions are wrapped paragraph by paragraph; examples stay as they are."""

    def add_argument(self, action):
        super().add_argument(action)
        if isinstance(action, argparse._SubParsersAction):  # indented once more than is counted
            self._action_max_length += 2

    def _split_lines(self, text, width):  # names with hyphens stay whole
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _fill_text(self, text, width, indent):
        if text.startswith("example"):
            return text
        return "\n\n".join(textwrap.fill(
            " ".join(part.split()), width, initial_indent=indent, subsequent_indent=indent,
            break_on_hyphens=False) for part in text.split("\n\n"))


class Parser(argparse.ArgumentParser):
    """Mistakes become ValueError, one line, with the nearest name or the way out."""

    def parse_known_args(self, args=None, namespace=None):
        self.typed = sys.argv[1:] if args is None else list(args)
        namespace, rest = super().parse_known_args(args, namespace)
        if rest:
            self.error(self._no_option(rest[0]) if rest[0].startswith("-") else
                       f"no further argument {rest[0]}")
        return namespace, rest

    def error(self, message):
        if wrong := re.match("argument COMMAND: invalid choice: '(.*?)'", message):
            message = (f"no command {wrong[1]!r}{nearest(wrong[1], COMMANDS)}; there are "
                       f"{', '.join(COMMANDS)}")
        elif message.endswith("required: COMMAND") and self.typed:
            message = self._no_option(self.typed[0])
        raise ValueError(f"{message}{self._dash_hint(message)}; see {self.prog} --help")

    def _no_option(self, word):
        name = word.partition("=")[0]
        return f"no option {name}{nearest(name, self._names())}"

    def _names(self):
        return [name for action in self._actions for name in action.option_strings]

    def _dash_hint(self, message):
        """How to type a file name that begins with a dash, if one seems to have been typed."""
        words = self.typed[:self.typed.index("--")] if "--" in self.typed else self.typed
        dashed = [word for word in words if is_dashed_file(word, self._names())]
        places = [action.metavar for action in self._actions if not action.option_strings]
        if not dashed:
            return ""
        if option := re.match("argument (--[a-z-]+)", message):
            return f"; a value that begins with - goes after =: {option[1]}={dashed[0]}"
        if places in ([], ["COMMAND"]):
            return ""
        before = sum(not word.startswith("-") for word in words[:words.index(dashed[0])])
        places[min(before, len(places) - 1)] = f"-- {dashed[0]}"
        line = " ".join([self.prog.split()[-1], *places])
        return f"; file names that begin with - go after --: {line}"


def is_dashed_file(word, names):
    """Whether a word may be a file name that begins with a dash."""
    if not word.startswith("-") or word == "-" or word.partition("=")[0] in names:
        return False
    return Path(word).exists() or not re.match(r"--|-[\d.]+(e-?\d+)?$", word)
