"""python -m tubevit_np COMMAND; --help lists them."""

import sys
from types import SimpleNamespace

from tubevit_np import cli
from tubevit_np.evaluate import predictor
from tubevit_np.train import check, train

ENGINE = SimpleNamespace(check=check, train=train, predictor=predictor)

if __name__ == "__main__":
    sys.exit(cli.main("tubevit_np", ENGINE))
