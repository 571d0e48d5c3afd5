"""Joint training: a batch of videos and one of images in a step, the losses added (Sec. 3.5)."""

from tinygrad import TinyJit

from tubevit_np.data.batch import Batch
from tubevit_np.training.dropout import no_dropout
from tubevit_np.training.kernel_snapshots import due, kernels
from tubevit_np.training.optim import adamw_state, kernel_rates, learning_rate
from tubevit_tg.backend.device import DEVICE, describe, devices, to_arrays, to_tensors
from tubevit_tg.model.gate import trained
from tubevit_tg.model.model import forward
from tubevit_tg.training.dropout import dropout
from tubevit_tg.training.evaluate import predictor
from tubevit_tg.training.loss import accuracy, cross_entropy
from tubevit_tg.training.optim import adamw, autograd, clip
from tubevit_tg.training.precision import judged, lowered, new_scaling, rescale


def batch_loss(params, batch, cfg, weight=1.0, smoothing=0.0, rate=0.0, frozen=0):
    """Loss and {head: accuracy} of one Batch; its heads' losses add up.

    rate: of dropout."""
    drop = dropout(rate, batch.keys) if rate else no_dropout
    logits, _ = forward(params, batch.x, cfg, tuple(batch.labels), inner=False, drop=drop,
                        frozen=frozen)
    loss = sum(cross_entropy(logits[head], y, smoothing) for head, y in batch.labels.items())
    right = {head: accuracy(logits[head], y) for head, y in batch.labels.items()}
    return weight * loss, right


def joint_gradients(params, parts, run, scale=1.0):
    """Loss, {(source, head): accuracy} and gradients of a whole step.

    parts: (index of its source, Batch) of every part, computed one after the other: there is memory
    for the intermediates of one (tinygrad 0.13 cannot recompute them in the backward pass).  In
    place of NumPy's sum over parts, autograd adds onto what is there.  scale: of the loss."""
    flat, recipe = trained(params, run.recipe.frozen), run.recipe
    total, right, grads = 0.0, {}, None
    for i, part in parts:
        share = part.x.shape[0] / run.counts[i]
        loss, found = batch_loss(lowered(params, recipe.precision), part, run.cfg,
                                 share * run.weights[i], recipe.smoothing, recipe.dropout,
                                 recipe.frozen)
        total = total + loss
        for head, hits in found.items():
            right[i, head] = right.get((i, head), 0.0) + share * hits
        grads = autograd(flat, loss * scale, total, *right.values(), onto=grads)
    return total, right, {name: g / scale for name, g in grads.items()}


def joint_step(params, moments, run):
    """step(t, lr, batches) -> loss, norm, right; captured at its second call, then replayed.

    What changes from step to step must be a Tensor: TinyJit bakes Python's numbers in."""
    recipe, scaling = run.recipe, moments.get("scaling", {})
    flat = trained(params, recipe.frozen)  # the same Tensors: adamw changes them in place
    rates = kernel_rates(flat) if recipe.kernel_rates else {}
    owners = [i for i, count in enumerate(run.counts) for _ in range(min(count, recipe.accumulate))]
    heads = [tuple(run.sources[i].labels) for i in owners]
    like = params["pool"]["probe"]

    @TinyJit
    def captured(t, lr, *tensors):
        parts = zip(owners, joined(tensors, heads, recipe.dropout > 0), strict=True)
        loss, right, grads = joint_gradients(params, parts, run, scaling.get("scale", 1.0))
        norm = clip(grads, recipe.clip)
        t, finite = judged(t, loss + norm, scaling)
        adamw(flat, grads, moments, t, lr, recipe.weight_decay, rates, recipe.spectral,
              recipe.smoothness, finite)
        rescale(scaling, finite)
        return loss.realize(), norm.realize(), *(share.realize() for share in right.values())

    def step(t, lr, batches):
        numbers = [to_tensors(number, like.dtype, like.device) for number in (float(t), lr)]
        parts = [part for batch in batches for part in batch.split(recipe.accumulate)]
        arrays = [a for part in parts for a in (part.x, *part.labels.values(), part.keys)
                  if a is not None]
        loss, norm, *shares = captured(
            *numbers, *(to_tensors(a, device=like.device, axis=0) for a in arrays))
        shares = iter([share.item() for share in shares])
        return loss.item(), norm.item(), [{head: next(shares) for head in source.labels}
                                          for source in run.sources]

    return step


def joined(tensors, heads, keyed):
    """Batches from the flat list that a captured function takes; keyed: with keys of dropout."""
    tensors = iter(tensors)
    return [Batch(next(tensors), {head: next(tensors) for head in names},
                  next(tensors) if keyed else None) for names in heads]


def check(recipe):
    """Raises ValueError, one line, if there are not the devices that the recipe asks for."""
    devices(recipe.devices)


def compiling(cfg, recipe):
    """What to tell a person who waits for the first step; the more there is to plan, the longer."""
    seconds = 10 * cfg.depth * recipe.accumulate  # the demo takes 8 to 21 s
    return "its first two steps are for compiling" + (
        f", about {seconds} s on a CPU" if DEVICE.startswith("CPU") else "")


def train(run):
    """Train from where the run stands to its last step; the run keeps log and checkpoints."""
    print(f"{describe()}; {compiling(run.cfg, run.recipe)}")
    params, moments = run.start()
    moments = moments or adamw_state(trained(params, run.recipe.frozen))
    if run.recipe.precision == "half":
        moments = {"scaling": new_scaling()} | moments
    params, moments = (to_tensors(tree, device=devices(run.recipe.devices))
                       for tree in (params, moments))
    step_once, predict = joint_step(params, moments, run), predictor(params, run.cfg)
    with run.batches() as batches:
        for step, batch in batches:
            lr = learning_rate(step, run.recipe.steps, run.recipe.lr, run.recipe.warmup)
            loss, norm, right = step_once(step + 1, lr, batch)
            run.log(step, loss=loss, lr=lr, norm=norm, right=right)
            if due(step + 1):
                run.snap(step + 1, to_arrays(kernels(params)))
            if run.due(step):
                run.save(step + 1, to_arrays(params), to_arrays(moments), predict)
    return to_arrays(params)
