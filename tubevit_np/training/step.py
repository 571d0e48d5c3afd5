"""One joint training step on one batch per source; their losses are added (Sec. 3.5)."""

from functools import partial

from tubevit_np.training.cosine_basis import adamw_by_waves, kernel_rates
from tubevit_np.training.dropout import (
    dropout,
    dropout_blocks,
    dropout_blocks_backward,
    dropout_embed,
    dropout_embed_backward,
)
from tubevit_np.training.frozen import freeze, trainable_params
from tubevit_np.training.loss import accuracy, cross_entropy, cross_entropy_backward
from tubevit_np.training.optim import clip_grad_norm
from tubevit_np.variants import model

PARTS = 2  # parts of a batch, computed in parallel; fixed: any number of cores gives the same sums


def forward(params, x, cfg, heads, drop=None, num_frozen_blocks=0):
    """variants.model.forward for training, with dropout and frozen first blocks."""
    embed, blocks_of = model.embed, model.blocks_of
    if drop:
        embed, blocks_of = (partial(f, drop=drop) for f in (dropout_embed, dropout_blocks))
    return model.forward(params, x, cfg, heads, embed, lambda cfg, shape: freeze(
        blocks_of(cfg, shape), num_frozen_blocks))


def backward(params, out, d_logits, cfg, drop=None, num_frozen_blocks=0):
    """Compute the gradients of forward, except those of frozen blocks and of everything before."""
    embed_back, blocks_back = model.embed_backward, model.blocks_backward_of
    if drop:
        embed_back, blocks_back = (partial(f, drop=drop) for f in (dropout_embed_backward,
                                                                   dropout_blocks_backward))
    if num_frozen_blocks:
        embed_back = no_gradients
    return model.backward(params, out, d_logits, cfg, embed_back, lambda cfg, shape: {
        layer: block for layer, block in blocks_back(cfg, shape).items()
        if layer >= num_frozen_blocks})


def no_gradients(d_z, params, out, cfg):
    """Stand in for the backward pass of a frozen embedding."""
    return {}


def gradients(params, batch, cfg, weight=1.0, smoothing=0.0, rate=0.0, num_frozen_blocks=0):
    """Loss, {head: accuracy} and gradients {name: array} of one Batch.

    The loss is the sum over the heads, times `weight`.  rate: dropout rate.
    """
    drop = dropout(rate, batch.keys) if rate else None
    logits, out = forward(params, batch.x, cfg, tuple(batch.labels), drop, num_frozen_blocks)
    loss = sum(cross_entropy(logits[head], y, smoothing) for head, y in batch.labels.items())
    d_logits = {head: weight * cross_entropy_backward(logits[head], y, smoothing)
                for head, y in batch.labels.items()}
    accuracies = {head: accuracy(logits[head], y) for head, y in batch.labels.items()}
    return weight * loss, accuracies, backward(params, out, d_logits, cfg, drop, num_frozen_blocks)


def joint_gradients(params, batches, cfg, weights, smoothing=0.0, rate=0.0, num_frozen_blocks=0,
                    pool=None, accumulate=1):
    """Loss, [{head: accuracy} for each source] and gradients of a joint step.

    batches, weights: one Batch and one loss weight per source.  pool: computes parts in parallel.
    accumulate: number of micro-batches (gradient accumulation), to save memory.
    """
    jobs = [(part, weight * len(part.x) / len(batch.x), i)
            for i, (batch, weight) in enumerate(zip(batches, weights, strict=True))
            for part in batch.split(PARTS * accumulate)]
    results = (pool.map if pool else map)(
        lambda job: gradients(params, job[0], cfg, job[1], smoothing, rate, num_frozen_blocks),
        jobs)
    total, accuracies, grads = 0.0, [{} for _ in batches], {}
    for (part, _, i), (loss, part_accuracies, part_grads) in zip(jobs, results, strict=True):
        total += float(loss)
        fraction = len(part.x) / len(batches[i].x)
        for head, correct in part_accuracies.items():
            accuracies[i][head] = accuracies[i].get(head, 0.0) + correct * fraction
        add_gradients(grads, part_grads)
    return total, accuracies, grads


def add_gradients(grads, more):
    """Add the gradients `more` to `grads`, in place."""
    for name, g in more.items():
        if name in grads:
            grads[name] += g
        else:
            grads[name] = g


def joint_step(params, moments, run, pool):
    """Make step(t, lr, batches) -> loss, norm, accuracies.

    It changes parameters and moments in place.
    """
    recipe = run.recipe
    flat = trainable_params(params, recipe.frozen)
    rates = kernel_rates(flat) if recipe.kernel_rates else {}

    def step(t, lr, batches):
        loss, accuracies, grads = joint_gradients(
            params, batches, run.cfg, run.weights, recipe.smoothing, recipe.dropout, recipe.frozen,
            pool, recipe.accumulate)
        norm = clip_grad_norm(grads, recipe.clip)
        adamw_by_waves(flat, grads, moments, t, lr, recipe.weight_decay, rates, recipe.spectral,
                       recipe.smoothness)
        return loss, norm, accuracies

    return step
