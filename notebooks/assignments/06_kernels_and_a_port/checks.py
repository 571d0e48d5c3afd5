"""Assignment 6, kernels and a port: reference functions and test cases.

The cases of the port are golden vectors of tubevit_np/conformance.  The expected results come from
tubevit_tg, which passes the suite."""

from types import SimpleNamespace

import numpy as np

from notebooks.assignments.build.exercises import Exercise
from tubevit_np.conformance.adapters.tubevit_tg import adapter
from tubevit_np.conformance.vectors import vectors
from tubevit_np.model.kernels import resize_kernel
from tubevit_tg.model.layers import layer_norm

rng = np.random.default_rng(6)
VECTORS = {vector.name.removeprefix("layer_norm-"): vector for vector in vectors()
           if vector.op == "layer_norm"}
DATA = {}


def port_probe(student, x, g, b, eps, ct):
    """Convert arrays to Tensors, and the output and its gradients back to arrays."""
    from tinygrad import Context, Tensor

    x, g, b, ct = (Tensor(array) for array in (x, g, b, ct))
    with Context(NOOPT=1):  # plain loops compile fastest
        y = student.layer_norm(x, g, b, eps)
        grads = (y * ct).sum().gradient(x, g, b)
        named = zip(("answer", "d_x", "d_g", "d_b"), (y, *grads))
        return {name: tensor.numpy() for name, tensor in named}


def vjp_probe(student, **asked):
    from tinygrad import Context

    with Context(NOOPT=1):
        return student.vjp(**asked)


def _picture(kernel):
    most = max(kernel.max(), -kernel.min()) or 1
    return (kernel / most + 1) / 2


def _power(kernel, size):
    """The power, computed with matrices of waves; padding with zeros only adds frequencies."""
    t, h, w = (np.exp(-2j * np.pi * np.outer(np.arange(size) / size, np.arange(n)))
               for n in kernel.shape[:3])
    waves = np.einsum("at,bh,cw,thwk->abck", t, h, w, kernel, optimize=True)
    return (waves.real**2 + waves.imag**2).sum(-1)


def _waves(power):
    """[(power, ft, fh, fw)] of all waves, frequencies from -1/2 to below 1/2."""
    return [(power[at], *((i / n + 0.5) % 1 - 0.5 for i, n in zip(at, power.shape)))
            for at in np.ndindex(power.shape)]


def _velocity(power):
    _, ft, fh, fw = max(wave for wave in _waves(power) if np.any(wave[2:]))
    return np.array([-ft * fh, -ft * fw]) / (fh * fh + fw * fw)


def _direction_selectivity(power):
    shares = {1: 0.0, -1: 0.0, 0: 0.0}
    for p, ft, _, fw in _waves(power):
        shares[0 if -0.5 in (ft, fw) else int(np.sign(-ft * fw))] += p
    return (shares[1] - shares[-1]) / (shares[1] + shares[-1])


REFERENCE = SimpleNamespace(
    picture=_picture,
    power=_power,
    velocity=_velocity,
    direction_selectivity=_direction_selectivity,
    resize_kernel=resize_kernel,
    layer_norm=layer_norm,
    vjp=adapter.vjp)


def normal(*shape):
    return rng.standard_normal(shape)


def fading(*shape):
    """A kernel of noise that fades out, with unequal colors; its largest value is negative."""
    kernel = normal(*shape) * np.linspace(1, 0.2, shape[0])[:, None, None, None]
    kernel *= np.linspace(0.5, 2, shape[3])
    kernel.flat[3] = -2 * np.abs(kernel).max()
    return {"kernel": kernel}


def opposed(size, *shape):
    """A kernel with opposite colors, so that their sum is small."""
    kernel = normal(*shape)
    kernel[..., 1] = 0.1 * kernel[..., 1] - kernel[..., 0]
    return {"kernel": kernel, "size": size}


def moving(shape, ft, fh, fw):
    """The spectrum of a wave in noise, with a stronger flicker of the whole picture.

    ft, fh, fw: whole cycles along each axis."""
    t, h, w = np.indices(shape)
    phase = ft * t / shape[0] + fh * h / shape[1] + fw * w / shape[2]
    kernel = np.cos(2 * np.pi * phase) + 0.2 * normal(*shape) + 2 + 3 * np.cos(2 * t)
    return {"power": np.abs(np.fft.fftn(kernel)) ** 2}


def noise(*shape):
    return {"power": np.abs(np.fft.fftn(normal(*shape) + 0.3)) ** 2}


def kernels(shape, size):
    return {"w": normal(*shape), "size": size}


def ported(name, dtype="float64"):
    vector = VECTORS[name]
    arrays = {key: array.astype(dtype) for key, array in vector.inputs.items()}
    return {**arrays, **vector.attributes, "ct": vector.cotangents["out"].astype(dtype)}


def gradients(name, by):
    vector = VECTORS[name]
    inputs, cotangents = ({key: array.astype(float) for key, array in arrays.items()}
                          for arrays in (vector.inputs, vector.cotangents))
    return {"op": "layer_norm", "inputs": inputs, "attributes": vector.attributes,
            "cotangents": cotangents, "by": by}


EXERCISES = [
    Exercise("picture", [fading(3, 4, 5, 3), {"kernel": np.zeros((2, 3, 4, 3))}],
             [fading(1, 6, 5, 3), fading(5, 3, 2, 1), {"kernel": np.abs(normal(2, 4, 3, 3))}]),
    Exercise("power", [opposed(8, 4, 5, 6, 3)], [opposed(10, 1, 8, 7, 3), opposed(6, 6, 4, 3, 2)]),
    Exercise("velocity", [moving((8, 6, 10), -2, 1, 3), moving((7, 8, 5), 1, -3, 1)],
             [moving((10, 5, 9), 3, 0, 2), moving((6, 9, 8), 2, 2, -1),
              moving((5, 7, 6), 0, 2, 1)]),
    Exercise("direction_selectivity", [noise(8, 5, 6), {"power": _power(normal(4, 3, 5, 1), 8)},
                                       moving((8, 6, 10), 2, 1, 3)],
             [noise(7, 4, 5), noise(6, 3, 7), moving((9, 8, 6), -3, 0, 2)]),
    Exercise("resize_kernel", [kernels((4, 4, 4, 2, 3), (6, 3, 8)),
                               kernels((3, 5, 4, 1, 2), (4, 5, 2))],
             [kernels((4, 4, 4, 2, 1), (1, 9, 6)), kernels((2, 3, 5, 3, 2), (7, 2, 5))]),
    Exercise("layer_norm", [ported("usual"), ported("faint")],
             [ported("far", "float32"), ported("large-eps")], probe=port_probe),
    Exercise("vjp", [gradients("usual", ["x", "g", "b"])],
             [gradients("large-eps", ["b", "x"])], probe=vjp_probe),
]
