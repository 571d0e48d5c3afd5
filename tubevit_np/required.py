"""Missing packages: one line that says what to install, in place of a traceback."""

import sys
from importlib.util import find_spec
from pathlib import Path

EXTRAS = {  # imported name: extra of pyproject.toml; other packages come with the base install
    "tinygrad": "tg", "huggingface_hub": "hub", "onnx": "onnx", "tensorboardX": "tensorboard",
    "shtab": "completion", "yaml": "yaml", "gmpy2": "dev", "hypothesis": "dev",
    "nbgrader": "course", "pytest": "course", "IPython": "lessons", "ipykernel": "lessons",
    "jupyterlab": "lessons", "latex2mathml": "lessons", "mistune": "lessons",
    "nbclient": "lessons", "nbformat": "lessons", "pygments": "lessons"}
NAMES = {"PIL": "pillow", "IPython": "ipython", "yaml": "pyyaml"}  # imported name: name to install
SCRIPTS = ("tubevit", "tubevit-tg", "tubevit-conformance")  # console scripts of pyproject.toml


def require(package, *names):
    """Raise ModuleNotFoundError, with what to install, if one of the names cannot be imported.

    package: the package that needs them.  A command that is starting prints one line and exits.
    """
    for name in names:
        if not find_spec(name):
            error = ModuleNotFoundError(install(name), name=name)
            if sys.argv[:1] == ["-m"] or called(package) in SCRIPTS:  # -m: until __main__.py runs
                sys.exit(stop(package, error))
            raise error


def stop(package, error):
    """Print the line of a ModuleNotFoundError; return exit status 2."""
    print(f"{called(package)}: {install(error.name)}", file=sys.stderr)
    return 2


def install(name):
    """Return the missing package and the command that installs it."""
    name = name.partition(".")[0]
    project = "tubevit" if is_installed() else "."  # a clone is installed from its folder
    extra = f"'{project}[{EXTRAS[name]}]'" if name in EXTRAS else project
    return f"{NAMES.get(name, name)} is not installed; pip install {extra}"


def is_installed():
    """Whether this package was installed by pip, rather than run from a clone."""
    from importlib.metadata import PackageNotFoundError, distribution  # slow, and rarely needed

    try:
        distribution("tubevit")
    except PackageNotFoundError:
        return False
    return True


def called(package):
    """Return the console script that was typed, else the package."""
    script = Path(sys.argv[0]).stem if sys.argv else ""
    return script if script in SCRIPTS else package
