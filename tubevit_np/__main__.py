"""python -m tubevit_np COMMAND; --help lists the commands."""

import sys
from types import SimpleNamespace

from tubevit_np.required import stop
from tubevit_np.versions import print_versions

try:
    from tubevit_np.commands import cli
    from tubevit_np.training import plan
    from tubevit_np.training.evaluate import predictor
    from tubevit_np.training.train import check, train
except ModuleNotFoundError as error:
    package = "tubevit_np"
    sys.exit(print_versions(package) if sys.argv[1:] == ["--version"] else stop(package, error))

ENGINE = SimpleNamespace(check=check, train=train, predictor=predictor, plan=plan)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status; arguments: default sys.argv[1:]."""
    return cli.main("tubevit_np", ENGINE, arguments)


if __name__ == "__main__":
    sys.exit(main())
