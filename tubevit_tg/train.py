"""Joint training: a batch of videos and one of images in a step, the losses added (Sec. 3.5)."""

from tinygrad import TinyJit

from tubevit_np.data.batch import Batch
from tubevit_np.dropout import no_dropout
from tubevit_np.optim import kernel_rates, learning_rate
from tubevit_tg.device import describe, to_arrays, to_tensors
from tubevit_tg.dropout import dropout
from tubevit_tg.evaluate import predictor
from tubevit_tg.loss import accuracy, cross_entropy
from tubevit_tg.model import forward
from tubevit_tg.optim import adamw, adamw_state, autograd, clip
from tubevit_tg.scaling import trained


def joint_loss(params, batches, cfg, weights, smoothing=0.0, rate=0.0, frozen=0):
    """Loss of a joint step, one Batch of each source, weighted, and a list of accuracies.

    rate: of dropout."""
    total, right = 0.0, []
    for batch, weight in zip(batches, weights, strict=True):
        drop = dropout(rate, batch.keys) if rate else no_dropout
        logits, _ = forward(params, batch.x, cfg, tuple(batch.labels), inner=False, drop=drop,
                            frozen=frozen)
        total += weight * sum(cross_entropy(logits[head], y, smoothing)
                              for head, y in batch.labels.items())
        right.append({head: accuracy(logits[head], y) for head, y in batch.labels.items()})
    return total, right


def joint_step(params, moments, run):
    """step(t, lr, batches) -> loss, norm, right; captured at its second call, then replayed.

    What changes from step to step must be a Tensor: TinyJit bakes Python's numbers in."""
    recipe = run.recipe
    flat = trained(params, recipe.frozen)  # the same Tensors: adamw changes them in place
    rates = kernel_rates(flat) if recipe.kernel_rates else {}
    heads = [tuple(source.labels) for source in run.sources]

    @TinyJit
    def captured(t, lr, *tensors):
        batches = joined(tensors, heads, recipe.dropout > 0)
        loss, right = joint_loss(params, batches, run.cfg, run.weights, recipe.smoothing,
                                 recipe.dropout, recipe.frozen)
        shares = [share for found in right for share in found.values()]
        grads = autograd(flat, loss, *shares)
        norm = clip(grads, recipe.clip)
        adamw(flat, grads, moments, t, lr, recipe.weight_decay, rates, recipe.spectral)
        return loss.realize(), norm.realize(), *(share.realize() for share in shares)

    def step(t, lr, batches):
        numbers = [to_tensors(number, params["pool"]["probe"].dtype) for number in (float(t), lr)]
        arrays = [a for batch in batches for a in (batch.x, *batch.labels.values(), batch.keys)
                  if a is not None]
        loss, norm, *shares = captured(*numbers, *(to_tensors(a) for a in arrays))
        shares = iter([share.item() for share in shares])
        return loss.item(), norm.item(), [{head: next(shares) for head in names} for names in heads]

    return step


def joined(tensors, heads, keyed):
    """Batches from the flat list that a captured function takes; keyed: with keys of dropout."""
    tensors = iter(tensors)
    return [Batch(next(tensors), {head: next(tensors) for head in names},
                  next(tensors) if keyed else None) for names in heads]


def train(run):
    """Train from where the run stands to its last step; the run keeps log and checkpoints."""
    print(f"{describe()}; its first two steps are for compiling")
    params, moments = map(to_tensors, run.start())
    moments = moments or adamw_state(trained(params, run.recipe.frozen))
    step_once, predict = joint_step(params, moments, run), predictor(params, run.cfg)
    with run.batches() as batches:
        for step, batch in batches:
            lr = learning_rate(step, run.recipe.steps, run.recipe.lr, run.recipe.warmup)
            loss, norm, right = step_once(step + 1, lr, batch)
            run.log(step, loss=loss, lr=lr, norm=norm, right=right)
            if run.due(step):
                run.save(step + 1, to_arrays(params), to_arrays(moments), predict)
    return to_arrays(params)
