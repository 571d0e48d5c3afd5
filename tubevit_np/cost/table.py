"""The tables of `info`: one model by part, all sizes with the paper's figures, all tube sets."""

import textwrap

from tubevit_np.cost import count as cost
from tubevit_np.model.config import format_size
from tubevit_np.model.presets import PRESETS
from tubevit_np.variants.tube_sets import TUBE_SETS, with_tubes

PAPER = {  # tokens (Sec. 4.1), parameters in millions (Sec. 4), TFLOPs of 4x3 views (Table 1)
    "B": (559, 90, 0.87), "L": (559, 311, 9.53), "H": (559, 635, 17.64)}
VIEWS = 4 * 3
HEAD = (f"{'':14}{'frames':>7}{'tokens':>8}{'parameters':>12}{'GFLOPs':>10}{'to train':>10}"
        f"{'memory':>12}{'to train':>12}")


def model_lines(cfg, shape):
    """Yield lines: the tubes of a model, their tokens for a (T, H, W) video, the cost by part."""
    videos, images = cost.tokens(cfg, shape), cost.tokens(cfg, (1, *shape[1:]))
    yield f"{'tube':10}{'stride':>14}{'offset':>13}{'s2d':>11}{'tokens':>8}{'on image':>10}"
    for tube, on_video, on_image in zip(cfg.tubes, videos, images, strict=True):
        yield (f"{tube.name:10}{tube.stride!s:>14}{tube.offset!s:>13}{tube.s2d!s:>11}"
               f"{on_video:8}{on_image:10}")
    yield f"{'all':48}{sum(videos):8}{sum(images):10}\n"
    yield f"{'part':10}{'parameters':>14}{'GFLOPs, video':>16}{'to train':>12}{'memory':>12}"
    columns = cost.parameters(cfg), *(f(cfg, shape) for f in (
        cost.flops, cost.training_flops, cost.training_memory))
    for part in cost.PARTS:
        yield _part(part, *(column[part] for column in columns))
    yield _part("all", *(sum(column.values()) for column in columns)) + "\n"
    peak = f"{cost.inference_memory(cfg, shape) / 1e6:.3g} MB"
    yield ("GFLOPs: 2 per multiply-add.  Memory: float32 intermediates of one video, kept for the\n"
           f"backward pass; inference needs {peak} at its peak.  Parameters, gradients and\n"
           "optimizer state are not counted.")


def size_lines(tubes, size=224):
    """Yield lines: the cost of all sizes with one tube set, 32 and 64 frames, and the paper's."""
    yield f"{HEAD}   ({tubes} tubes, {size}x{size} pixels)"
    for name in ("Ti", "S", "B", "L", "H"):
        for frames in (32, 64):
            yield _row(name, with_tubes(PRESETS[name], tubes), (frames, size, size))
        if name in PAPER:
            num_tokens, millions, tera = PAPER[name]
            yield (f"{name + ', printed':14}{'':7}{num_tokens:8}{millions:11}M"
                   f"{1e3 * tera / VIEWS:10.4g}")
    yield "\n" + explanation()


def set_lines(preset, shape):
    """Yield lines: the cost of one size with every tube set of its scale, on a (T, H, W) video."""
    yield f"{HEAD}   ({preset} on {format_size(shape)})"
    for name in TUBE_SETS:
        if name.startswith("demo") == preset.startswith("demo"):
            yield _row(name, with_tubes(PRESETS[preset], name), shape)


def explanation():
    """A paragraph on why the paper's figures cannot be reproduced."""
    needed = []
    for name, (_, _, tera) in PAPER.items():
        once, twice = (cost.tokens_for(PRESETS[name], per * 1e12 * tera / VIEWS) for per in (2, 1))
        needed.append(f"{once:.0f} ({twice:.0f}) for {name}")
    return textwrap.fill(
        "The printed figures cannot be reproduced. No reading of the printed tubes gives 559 "
        "tokens. And no single number of tokens explains the operations of a view (Table 1, "
        f"divided by {VIEWS} views): if a multiply-add is one operation (two operations), the "
        f"number of tokens would be {', '.join(needed)}.", 100)


def _part(name, parameters, operations, training, memory):
    """The line of one part of a model."""
    return (f"{name:10}{parameters:14,}{operations / 1e9:16.3f}{training / 1e9:12.3f}"
            f"{memory / 1e6:9.3f} MB")


def _row(name, cfg, shape):
    """The line of one model."""
    parameters = sum(cost.parameters(cfg).values())
    forward, training = (sum(f(cfg, shape).values()) for f in (cost.flops, cost.training_flops))
    memory = sum(cost.training_memory(cfg, shape).values())
    return (f"{name:14}{shape[0]:7}{sum(cost.tokens(cfg, shape)):8}{parameters / 1e6:11.4g}M"
            f"{forward / 1e9:10.4g}{training / 1e9:10.4g}"
            f"{cost.inference_memory(cfg, shape) / 1e6:9.4g} MB{memory / 1e6:9.4g} MB")
