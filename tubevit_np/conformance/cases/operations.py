"""Each operation alone, and the block, with inputs that expose every known mistake."""

import numpy as np

from tubevit_np.conformance.case import Case, Draw, plain
from tubevit_np.conformance.cases.layout import OVERLAPPING, PACKED, PATCH
from tubevit_np.model.backward import select_prefix
from tubevit_np.model.config import Config, Tube
from tubevit_np.model.params import shapes

B, N, D, A, M = 2, 6, 12, 3, 7  # all different; E = D / A = 4
FAINT = 2.0**-10  # tokens whose variance is about eps, 1e-6
EPS = 1e-6
SHAPES = shapes(Config((PATCH,), D, 1, A, M, {"verb": 5}, pool_mlp=True))

TUBES = {
    "sparse": (Tube((2, 3, 4), (3, 5, 6)), "gaps on every axis"),
    "overlapping": (OVERLAPPING, "offsets of its own on every axis, overlap in t"),
    "patch": (PATCH, "the tube that images share"),
    "packed-t": (Tube((3, 2, 4), (4, 5, 6), (1, 0, 2), s2d=(2, 1, 1)), "two members in t"),
    "packed-h": (Tube((2, 3, 4), (3, 6, 5), (0, 1, 0), s2d=(1, 3, 1)), "three members in h"),
    "packed-w": (Tube((2, 3, 4), (3, 5, 8), (0, 1, 0), s2d=(1, 1, 4)), "four members in w"),
    "packed-all": (PACKED, "members in the order t, h, w; zeros past the far edge"),
}


def tubes():
    for name, (tube, why) in TUBES.items():
        draw, width = Draw(name), 3
        arrays = {"video": draw(B, 7, 11, 13, 2, about=0.5), "w": draw(*tube.kernel, 2, width),
                  "b": draw(width)}
        yield Case("operations", f"tube_tokens-{name}", "tube_tokens", why, arrays,
                   {"tube": plain(tube)}, ("w", "b"))


def kernels():
    for old, new, why in [((8, 8, 8), (16, 4, 4), "half-pixel centres, not corners"),
                          ((8, 8, 8), (4, 12, 12), "clamped at the edge"),
                          ((8, 8, 8), (1, 16, 5), "to one frame: the mean of the middle two"),
                          ((3, 4, 6), (5, 2, 9), "from sizes that differ"),
                          ((3, 4, 6), (3, 4, 6), "the same size: nothing changes")]:
        name = f"{'x'.join(map(str, old))}-to-{'x'.join(map(str, new))}"
        yield Case("operations", f"resize_kernel-{name}", "resize_kernel", why + "; not rescaled",
                   {"w": Draw(name)(*old, 2, 1)}, {"size": list(new)}, ("w",))


def positions():
    for dim, tau, why in [(768, 10000.0, "six interleaved channels for each frequency (Eq. 7)"),
                          (31, 50.0, "one channel is left over, and stays 0"),
                          (20, 50.0, "two are left over"), (5, 10000.0, "no frequency fits")]:
        at = Draw(f"at {dim}")(5, 3, most=16.0, about=16.0) * np.array([1, 5, 7], np.float32)
        yield Case("operations", f"sincos_3d-{dim}", "sincos_3d", why, {"at": at},
                   {"dim": dim, "tau": tau})


def norms():
    for name, values, eps, why in [
            ("usual", {}, EPS, "biased variance"),
            ("faint", {"most": FAINT}, EPS, "variance of about eps: its size and place show"),
            ("far", {"about": 64.0}, EPS, "mean far from 0: two-pass variance"),
            ("large-eps", {}, 0.25, "eps is an argument")]:
        draw = Draw(f"layer_norm {name}")
        arrays = {"x": draw(B, N, D, **values), "g": draw(D, most=0.5, about=1.0), "b": draw(D)}
        yield Case("operations", f"layer_norm-{name}", "layer_norm", why, arrays, {"eps": eps},
                   ("x", "g", "b"))


def pointwise():
    x = np.arange(-448, 449, 16, dtype=np.float32).reshape(3, 19) / 64  # -7 to 7, about 2 too
    for form, why in (("tanh", "0.5 x (1 + tanh(...))"), ("erf", "differs from tanh by 4.7e-4")):
        yield Case("operations", f"gelu-{form}", "gelu", why, {"x": x}, {"form": form}, ("x",))
    draw = Draw("softmax")
    yield Case("operations", "softmax", "softmax", "over the last axis", {"x": draw(B, 3, N, 5)},
               gradients=("x",))
    yield Case("operations", "softmax-huge", "softmax", "exp would overflow: the maximum comes off",
               {"x": draw(B, 3, 5, about=4096.0)}, gradients=("x",))
    yield Case("operations", "scale_uint8", "scale_uint8", "(x / 255 - mean) / std, in float32",
               {"x": Draw("uint8").rng.integers(0, 256, (B, 3, 4, 5, 2), np.uint8)},
               {"mean": 0.45, "std": 0.27}, dtypes=("float32",))


def attention():
    draw = Draw("attention")
    q, k, v = draw(B, A, N, 4), draw(B, A, N + 3, 4), draw(B, A, N + 3, 4)
    yield Case("operations", "attention", "attention", "scaled by 1 / sqrt(E); keys are not as "
               "many as queries", {"q": q, "k": k, "v": v}, gradients=("q", "k", "v"))
    yield Case("operations", "attention-huge", "attention", "scores in the thousands, one batch "
               "entry far above the other", {"q": q * np.array([1, 512], np.float32)
                                             .reshape(2, 1, 1, 1), "k": k, "v": v})
    arrays = {"x": draw(B, N, D)} | draw.params(select_prefix("blocks.0.attn", SHAPES))
    yield Case("operations", "self_attention", "self_attention", "heads are runs of neighbouring "
               "channels; columns q, k, v", arrays, {"heads": A}, ("x", "params"))
    for form in ("tanh", "erf"):
        arrays = {"x": draw(B, N, D)} | draw.params(select_prefix("blocks.0.mlp", SHAPES))
        yield Case("operations", f"feed_forward-{form}", "feed_forward", "which GELU", arrays,
                   {"form": form}, ("x", "params"))


def pooling():
    shapes = select_prefix("pool", SHAPES)
    bare = {name: shape for name, shape in shapes.items() if not name.startswith(("ln.", "mlp."))}
    for name, wanted, most, form, why in [
            ("probe", bare, 2.0, "tanh", "one probe through q, columns k, v, no MLP"),
            ("mlp", shapes, 2.0, "tanh", "y + mlp(ln(y))"),
            ("mlp-erf", shapes, 2.0, "erf", "which GELU"),
            ("mlp-faint", shapes, FAINT, "tanh", "the MLP's norm sees faint vectors: eps counts")]:
        draw = Draw(f"pool {name}")
        arrays = {"x": draw(B, N + 1, D, most=most)} | draw.params(wanted)
        if most == FAINT:
            for bias in ("params.kv.b", "params.out.b"):
                arrays[bias] = arrays[bias] * np.float32(FAINT)
        yield Case("operations", f"attention_pool-{name}", "attention_pool", why, arrays,
                   {"heads": A, "eps": EPS, "form": form}, ("x", "params"))


def gates():
    draw, some = Draw("gate"), np.array([True, False, True, True, False, False])
    for name, alpha, keep, size, judge, why in [
            ("all", 0.75, np.ones(N, bool), 2.0, "rounding", "z + tanh(alpha) z0 (Eq. 8)"),
            ("some", -0.75, some, 2.0, "rounding", "only the tokens to keep"),
            ("closed", 0.0, some, 2.0**60, "exact", "alpha 0: not one bit changes, whatever z0")]:
        arrays = {"z": draw(B, N, D), "z0": draw(B, N, D, most=size),
                  "alpha": np.array(alpha, np.float32), "keep": keep}
        yield Case("operations", f"gate-{name}", "gate", why, arrays, judge=judge,
                   gradients=("z", "z0", "alpha") if judge == "rounding" else ())


def losses():
    for name, most, smoothing, why in [("plain", 2.0, 0.0, "the mean over clips"),
                                       ("smooth", 2.0, 0.125, "spread over all K classes"),
                                       ("huge", 2048.0, 0.125, "log of a softmax that is 0")]:
        draw = Draw(f"loss {name}")
        yield Case("operations", f"cross_entropy-{name}", "cross_entropy", why,
                   {"logits": draw(4, 5, most=most), "labels": draw.labels(5, 4)},
                   {"smoothing": smoothing}, ("logits",))


def blocks():
    for name, most, form, eps, why in [
            ("tanh", 2.0, "tanh", EPS, "pre-norm: y = z + MSA(LN(z)), then y + MLP(LN(y))"),
            ("erf", 2.0, "erf", EPS, "the exact GELU"),
            ("faint", FAINT, "tanh", EPS, "eps counts in both norms"),
            ("large-eps", 2.0, "tanh", 0.25, "eps is the Config's")]:
        draw = Draw(f"block {name}")
        arrays = {"z": draw(B, N, D, most=most)} | draw.params(select_prefix("blocks.0", SHAPES))
        if most == FAINT:  # otherwise the attention's output would be far larger than z
            for part in ("w", "b"):
                arrays[f"params.attn.out.{part}"] *= np.float32(FAINT)
        yield Case("block", f"block-{name}", "block", why, arrays,
                   {"heads": A, "eps": eps, "form": form}, ("z", "params"))


def cases():
    return [*tubes(), *kernels(), *positions(), *norms(), *pointwise(), *attention(), *pooling(),
            *gates(), *losses(), *blocks()]
