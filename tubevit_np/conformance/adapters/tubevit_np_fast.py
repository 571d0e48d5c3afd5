"""The adapter of the tuned mirror, tubevit_np/fast; functions it lacks are the reference's."""

from importlib import import_module
from types import SimpleNamespace

import tubevit_np as tv
from tubevit_np.conformance.adapters.tubevit_np import Numpy
from tubevit_np.fast import model as tuned
from tubevit_np.training.step import joint_step


class Fast(Numpy):
    def joint_step(self, params, moments, run):
        return joint_step(params, moments, run, pool=None)


package = SimpleNamespace(**vars(tv) | vars(tv.fast))
package.model = SimpleNamespace(model=tuned)
adapter = Fast(package, import_module("tubevit_np.fast.backward"))  # fast.backward is a function
