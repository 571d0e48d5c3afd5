"""One forward and backward pass of a NumPy implementation, to compare others with."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import small

import tubevit_np as tv
from tubevit_np.training.loss import cross_entropy_backward
from tubevit_np.variants import model as variants

CONFIGS = {
    "everything": replace(small.MODEL, pool_mlp=True, gate_layer=0, gate_tokens="tubes"),
    "shared": replace(small.MODEL, shared_kernel=True, gelu="erf", depth=1, gate_layer=0),
    "image": replace(small.MODEL, depth=1),
}
VARIANTS = {name: small.MODELS[name] for name in ("learned", "divided")}
LABELS = {"verb": np.array([4, 0]), "noun": np.array([1, 6])}
SMOOTHING = 0.1

reference = SimpleNamespace(forward=tv.forward, backward=tv.backward)


def given(cfg, dtype, image=False, seed=5):
    """Return flat parameters and clips or images: float64 values that dtype represents exactly."""
    rng = np.random.default_rng(seed)
    flat = tv.flatten(small.params(cfg, rng))
    x = small.clips(rng, shape=(10, 13) if image else (7, 10, 13))
    return ({name: w.astype(dtype).astype(float) for name, w in flat.items()},
            x.astype(dtype).astype(float))


def judge(config):
    """Return the NumPy implementation of a config: the reference or variants."""
    return variants if config in VARIANTS else reference


def there_and_back(package, cfg, flat, x):
    """Return {"out": intermediates and logits, "gradients": ...} by name, in the dtype of x."""
    params = tv.nest({name: w.astype(x.dtype) for name, w in flat.items()})
    logits, out = package.forward(params, x, cfg, tuple(LABELS))
    d_logits = {head: cross_entropy_backward(logits[head], labels, SMOOTHING)
                for head, labels in LABELS.items()}
    return {"out": out | logits, "gradients": package.backward(params, out, d_logits, cfg)}


def assert_alike(wanted, found, dtype, tolerance):
    """Fail with the name of the first array of another dtype, or of too large an error."""
    for name, w in wanted.items():
        assert found[name].dtype == dtype, name
        try:
            small.assert_close(found[name], w, tolerance)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from None
