"""python -m tubevit_tg COMMAND; --help lists them."""

import sys
from types import SimpleNamespace

from tubevit_np.commands import cli
from tubevit_tg.training.evaluate import predictor
from tubevit_tg.training.train import check, train

ENGINE = SimpleNamespace(check=check, train=train, predictor=predictor)

if __name__ == "__main__":
    sys.exit(cli.main("tubevit_tg", ENGINE))
