"""The adapter of the tinygrad package; gradients by tinygrad's autograd."""

import numpy as np
from tinygrad import Context, Tensor

import tubevit_tg as tg
from tubevit_np.conformance.adapters.own import OPS, Own
from tubevit_np.conformance.case import gathered
from tubevit_tg.training.step import joint_step


class Tinygrad(Own):
    dtypes = ("float64", "float32")

    def call(self, op, arguments):
        with Context(NOOPT=1):  # plain loops compile twice as fast and run once
            return super().call(op, arguments)

    def enter(self, tree):
        """Return a tree with Tensors in place of arrays."""
        if isinstance(tree, dict):
            return {name: self.enter(value) for name, value in tree.items()}
        return tg.to_tensors(tree) if isinstance(tree, np.ndarray) else tree

    def leave(self, tree):
        return tg.to_arrays(tree)

    def joint_step(self, params, moments, run):
        step = joint_step(params, moments, run)

        def unoptimized(*arguments):
            with Context(NOOPT=1):
                return step(*arguments)

        return unoptimized

    def vjp(self, op, inputs, attributes, cotangents, by):
        """Return {input: gradient} of the sum of answer times cotangents, by the inputs `by`."""
        tensors = self.enter(tg.flatten(inputs))
        answer = OPS[op](self.package, **gathered(tensors), **attributes)
        answer = {"out": answer} if isinstance(answer, Tensor) else answer
        total = sum((answer[name] * tg.to_tensors(ct)).sum() for name, ct in cotangents.items())
        with Context(NOOPT=1):
            return self.leave(tg.autograd({name: tensors[name] for name in by}, total))


adapter = Tinygrad(tg)
