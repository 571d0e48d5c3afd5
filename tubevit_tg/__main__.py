"""python -m tubevit_tg COMMAND; --help lists them."""

import sys
from types import SimpleNamespace

try:
    from tubevit_np.commands import cli
    from tubevit_tg.training.evaluate import predictor
    from tubevit_tg.training.train import check, train
except ModuleNotFoundError as error:  # installed for the conformance suite alone
    print(f"tubevit_tg: {error}; pip install 'tubevit[all]'", file=sys.stderr)
    sys.exit(2)

ENGINE = SimpleNamespace(check=check, train=train, predictor=predictor)

if __name__ == "__main__":
    sys.exit(cli.main("tubevit_tg", ENGINE))
