"""One joint training step on one batch per source; their losses are added (Sec. 3.5)."""

from functools import partial

from tinygrad import TinyJit

from tubevit_np.data.batch import Batch
from tubevit_np.training.cosine_basis import kernel_rates
from tubevit_tg.backend.device import to_tensors
from tubevit_tg.training.cosine_basis import adamw_by_waves
from tubevit_tg.training.dropout import dropout, dropout_blocks, dropout_embed
from tubevit_tg.training.frozen import freeze, trainable_params
from tubevit_tg.training.loss import accuracy, cross_entropy
from tubevit_tg.training.optim import autograd, clip_grad_norm
from tubevit_tg.training.precision import judged, lowered, rescale
from tubevit_tg.variants import model


def forward(params, x, cfg, heads, drop=None, num_frozen_blocks=0):
    """variants.model.forward for training, with dropout and frozen first blocks."""
    embed, blocks_of = model.embed, model.blocks_of
    if drop:
        embed, blocks_of = (partial(f, drop=drop) for f in (dropout_embed, dropout_blocks))
    return model.forward(params, x, cfg, heads, embed, lambda cfg, shape: freeze(
        blocks_of(cfg, shape), num_frozen_blocks))


def batch_loss(params, batch, cfg, weight=1.0, smoothing=0.0, rate=0.0, num_frozen_blocks=0):
    """Loss and {head: accuracy} of one Batch.

    The loss is the sum over the heads, times `weight`.  rate: dropout rate.
    """
    drop = dropout(rate, batch.keys) if rate else None
    logits, _ = forward(params, batch.x, cfg, tuple(batch.labels), drop, num_frozen_blocks)
    loss = sum(cross_entropy(logits[head], y, smoothing) for head, y in batch.labels.items())
    accuracies = {head: accuracy(logits[head], y) for head, y in batch.labels.items()}
    return weight * loss, accuracies


def joint_gradients(params, parts, run, scale=1.0):
    """Loss, {(source, head): accuracy} and gradients of a joint step.

    parts: (index of the source, Batch) for every micro-batch.  They are computed one after the
    other, so that memory holds the intermediates of only one.  autograd adds their gradients.
    scale: factor on the loss while gradients are computed.
    """
    flat, recipe = trainable_params(params, run.recipe.frozen), run.recipe
    total, accuracies, grads = 0.0, {}, None
    for i, part in parts:
        fraction = part.x.shape[0] / run.counts[i]
        loss, part_accuracies = batch_loss(lowered(params, recipe.precision), part, run.cfg,
                                           fraction * run.weights[i], recipe.smoothing,
                                           recipe.dropout, recipe.frozen)
        total = total + loss
        for head, correct in part_accuracies.items():
            accuracies[i, head] = accuracies.get((i, head), 0.0) + fraction * correct
        grads = autograd(flat, loss * scale, total, *accuracies.values(), onto=grads)
    return total, accuracies, {name: g / scale for name, g in grads.items()}


def joint_step(params, moments, run):
    """Make step(t, lr, batches) -> loss, norm, accuracies.

    It changes parameters and moments in place.  TinyJit captures the second call and replays it.
    It treats Python numbers as constants, so numbers that change are passed as Tensors.
    """
    recipe, captured = run.recipe, captured_step(params, moments, run)
    like = params["pool"]["probe"]

    def step(t, lr, batches):
        numbers = [to_tensors(number, like.dtype, like.device) for number in (float(t), lr)]
        parts = [part for batch in batches for part in batch.split(recipe.accumulate)]
        arrays = [a for part in parts for a in (part.x, *part.labels.values(), part.keys)
                  if a is not None]
        loss, norm, *accuracies = captured(
            *numbers, *(to_tensors(a, device=like.device, axis=0) for a in arrays))
        accuracies = iter([accuracy.item() for accuracy in accuracies])
        return loss.item(), norm.item(), [{head: next(accuracies) for head in source.labels}
                                          for source in run.sources]

    return step


def captured_step(params, moments, run):
    """Make the step on Tensors: (t, lr, *micro-batches as Tensors) -> loss, norm, accuracies."""
    recipe, scaling = run.recipe, moments.get("scaling", {})
    flat = trainable_params(params, recipe.frozen)  # the same Tensors: adamw changes them in place
    rates = kernel_rates(flat) if recipe.kernel_rates else {}
    owners = [i for i, count in enumerate(run.counts) for _ in range(min(count, recipe.accumulate))]
    heads = [tuple(run.sources[i].labels) for i in owners]

    @TinyJit
    def captured(t, lr, *tensors):
        parts = zip(owners, joined(tensors, heads, recipe.dropout > 0), strict=True)
        loss, accuracies, grads = joint_gradients(params, parts, run, scaling.get("scale", 1.0))
        norm = clip_grad_norm(grads, recipe.clip)
        t, finite = judged(t, loss + norm, scaling)
        adamw_by_waves(flat, grads, moments, t, lr, recipe.weight_decay, rates, recipe.spectral,
                       recipe.smoothness, finite)
        rescale(scaling, finite)
        return loss.realize(), norm.realize(), *(value.realize() for value in accuracies.values())

    return captured


def joined(tensors, heads, keyed):
    """Make Batches from the flat list of Tensors of a captured function.

    heads: names of the heads of each Batch;  keyed: whether each Batch has keys for dropout.
    """
    tensors = iter(tensors)
    return [Batch(next(tensors), {head: next(tensors) for head in names},
                  next(tensors) if keyed else None) for names in heads]
