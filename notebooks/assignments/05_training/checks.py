"""Assignment 5, training: reference functions and test cases."""

from types import SimpleNamespace

import numpy as np

from notebooks.assignments.build.exercises import Exercise
from tubevit_np.data.generated.scenes import REVERSED
from tubevit_np.training.loss import accuracy, cross_entropy, cross_entropy_backward
from tubevit_np.training.optim import adamw, clip_grad_norm, learning_rate

rng = np.random.default_rng(5)
DATA = {}


def rates_probe(student, steps, peak, warmup):
    """The learning rates of all steps."""
    return [float(student.learning_rate(step, steps, peak, warmup)) for step in range(steps)]


def mixed_probe(student, shape, seed):
    """Properties that frames in any random order must have.

    All values in frame t of clip n are 100 n + t."""
    import numpy as np

    clips = np.zeros(shape, int) + np.arange(shape[1])[:, None, None, None]
    clips += 100 * np.arange(shape[0])[:, None, None, None, None]
    given = clips.copy()
    mixed = np.array(student.mixed_frames(clips, np.random.default_rng(seed)))
    again, other = (np.array(student.mixed_frames(given.copy(), np.random.default_rng(s)))
                    for s in (seed, seed + 1))
    if mixed.shape != tuple(shape):
        return {"the shape": mixed.shape}
    orders = mixed[..., 0, 0, 0] % 100
    return {"frames are whole": bool((mixed == mixed[:, :, :1, :1, :1]).all()),
            "frames stay in their clip": bool((mixed // 100 == given // 100).all()),
            "each frame occurs once": bool((np.sort(orders) == np.arange(shape[1])).all()),
            "clips have different orders": bool((orders != orders[:1]).any()),
            "the argument is unchanged": bool((clips == given).all()),
            "the same seed gives the same order": bool((again == mixed).all()),
            "another seed gives another order": bool((other != mixed).any()),
            "the shape": mixed.shape}


def _adamw(w, g, m, v, t, lr, weight_decay):
    params, state = {"w": w.copy()}, {"m": {"w": m.copy()}, "v": {"w": v.copy()}}
    adamw(params, {"w": g}, state, t, lr, weight_decay)
    return params["w"], state["m"]["w"], state["v"]["w"]


def _clip(grads, most):
    grads = {name: g.copy() for name, g in grads.items()}
    return clip_grad_norm(grads, most), grads


def _joint_loss(video_logits, video_labels, image_logits, image_labels, weight):
    return (cross_entropy(video_logits, video_labels)
            + weight * cross_entropy(image_logits, image_labels),
            cross_entropy_backward(video_logits, video_labels),
            weight * cross_entropy_backward(image_logits, image_labels))


def _mixed_frames(clips, rng):
    orders = rng.permuted([range(clips.shape[1])] * len(clips), axis=1)
    return np.take_along_axis(clips, orders[:, :, None, None, None], axis=1)


def _order_in_time(forwards, backwards, verbs, opposite):
    shares = {"forwards": accuracy(forwards, verbs), "unmapped": accuracy(backwards, verbs),
              "mapped": accuracy(backwards, opposite)}
    return {name: (p, (p * (1 - p) / len(verbs)) ** 0.5) for name, p in shares.items()}


REFERENCE = SimpleNamespace(
    learning_rate=learning_rate,
    clip=_clip,
    adamw=_adamw,
    joint_loss=_joint_loss,
    reverse=lambda clips, verbs: (clips[:, ::-1], REVERSED[verbs]),
    mixed_frames=_mixed_frames,
    order_in_time=_order_in_time)


def normal(*shape):
    return rng.standard_normal(shape)


def step(shape, t, size=1.0, fresh=False):
    """A step of AdamW;  size: of the gradients, small to reveal eps;  fresh: the first step."""
    m, v = np.zeros((2, *shape)) if fresh else (size * normal(*shape), size**2 * rng.random(shape))
    return {"w": normal(*shape), "g": size * normal(*shape), "m": m, "v": v, "t": t, "lr": 0.1,
            "weight_decay": 0.3}


def grads(most, size=1.0):
    return {"grads": {"w": size * normal(3, 4), "b": size * normal(4), "s": size * normal(1)},
            "most": most}


def batches(videos, images, weight):
    (n, verbs), (m, nouns) = videos, images
    return {"video_logits": 2 * normal(n, verbs), "video_labels": rng.integers(0, verbs, n),
            "image_logits": 2 * normal(m, nouns), "image_labels": rng.integers(0, nouns, m),
            "weight": weight}


def clips(shape, verbs):
    """Clips of noise, so that no two axes look the same."""
    return {"clips": rng.integers(0, 256, (len(verbs), *shape), np.uint8), "verbs": np.array(verbs)}


def asked(n):
    """Logits of a made-up model that sees motion and is often correct."""
    verbs = rng.integers(0, 8, n)
    logits = [normal(n, 8) + 3 * np.eye(8)[right] for right in (verbs, REVERSED[verbs])]
    return {"forwards": logits[0], "backwards": logits[1], "verbs": verbs,
            "opposite": REVERSED[verbs]}


EXERCISES = [
    Exercise("learning_rate", [{"steps": 12, "peak": 0.5, "warmup": 4}],
             [{"steps": 7, "peak": 2.0, "warmup": 0}, {"steps": 9, "peak": 0.1, "warmup": 8}],
             probe=rates_probe),
    Exercise("clip", [grads(1.0), grads(9.0, 0.5)], [grads(0.3, 0.2), grads(100.0, 5.0)]),
    Exercise("adamw", [step((3, 4), 1, fresh=True), step((2, 3), 7), step((4,), 3, size=1e-8)],
             [step((2, 1, 2, 3, 4), 2), step((5,), 40), step((3, 2), 5, size=1e-8)]),
    Exercise("joint_loss", [batches((3, 4), (5, 6), 0.7), batches((2, 5), (2, 3), 2.0)],
             [batches((6, 8), (4, 9), 0.25), batches((1, 3), (7, 2), 1.0)]),
    Exercise("reverse", [clips((4, 5, 6, 3), [0, 2, 4, 6, 1, 3])],
             [clips((3, 2, 5, 3), [0, 1, 2, 3, 4, 5, 6, 7, 7, 2]), clips((1, 3, 2, 3), [5])]),
    Exercise("mixed_frames", [{"shape": (6, 8, 3, 2, 3), "seed": 1}],
             [{"shape": (4, 16, 2, 3, 1), "seed": 5}], probe=mixed_probe),
    Exercise("order_in_time", [asked(40)], [asked(25), asked(90)]),
]
