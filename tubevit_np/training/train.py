"""Joint training: a batch of videos and one of images in a step, the losses added (Sec. 3.5)."""

from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits

from tubevit_np.model.backward import backward, cross_entropy_backward
from tubevit_np.model.gate import trained
from tubevit_np.model.model import forward
from tubevit_np.training.dropout import dropout, no_dropout
from tubevit_np.training.evaluate import PARTS, predictor
from tubevit_np.training.kernel_snapshots import due, kernels
from tubevit_np.training.loss import accuracy, cross_entropy
from tubevit_np.training.optim import adamw, adamw_state, clip, kernel_rates, learning_rate


def gradients(params, batch, cfg, weight=1.0, smoothing=0.0, rate=0.0, frozen=0):
    """Loss, {head: accuracy} and gradients {name: array} of one Batch; its heads' losses add up.

    rate: of dropout."""
    drop = dropout(rate, batch.keys) if rate else no_dropout
    logits, out = forward(params, batch.x, cfg, tuple(batch.labels), drop=drop, frozen=frozen)
    loss = sum(cross_entropy(logits[head], y, smoothing) for head, y in batch.labels.items())
    d_logits = {head: weight * cross_entropy_backward(logits[head], y, smoothing)
                for head, y in batch.labels.items()}
    right = {head: accuracy(logits[head], y) for head, y in batch.labels.items()}
    return weight * loss, right, backward(params, out, d_logits, cfg, drop, frozen)


def joint_gradients(params, batches, cfg, weights, smoothing=0.0, rate=0.0, frozen=0, pool=None,
                    accumulate=1):
    """The same for a joint step, one Batch of each source, weighted; a list of accuracies.

    accumulate: how many times as many parts as are computed side by side, to save memory."""
    jobs = [(part, weight * len(part.x) / len(batch.x), i)
            for i, (batch, weight) in enumerate(zip(batches, weights, strict=True))
            for part in batch.split(PARTS * accumulate)]
    results = (pool.map if pool else map)(
        lambda job: gradients(params, job[0], cfg, job[1], smoothing, rate, frozen), jobs)
    total, right, grads = 0.0, [{} for _ in batches], {}
    for (part, weight, i), (loss, accuracies, found) in zip(jobs, results, strict=True):
        total += float(loss)
        for head, share in accuracies.items():
            right[i][head] = right[i].get(head, 0.0) + share * len(part.x) / len(batches[i].x)
        for name, g in found.items():
            if name in grads:
                grads[name] += g
            else:
                grads[name] = g
    return total, right, grads


def joint_step(params, moments, run, pool):
    """step(t, lr, batches) -> loss, norm, right; changes parameters and moments in place."""
    recipe = run.recipe
    flat = trained(params, recipe.frozen)
    rates = kernel_rates(flat) if recipe.kernel_rates else {}

    def step(t, lr, batches):
        loss, right, grads = joint_gradients(params, batches, run.cfg, run.weights,
                                             recipe.smoothing, recipe.dropout, recipe.frozen, pool,
                                             recipe.accumulate)
        norm = clip(grads, recipe.clip)
        adamw(flat, grads, moments, t, lr, recipe.weight_decay, rates, recipe.spectral,
              recipe.smoothness)
        return loss, norm, right

    return step


def check(recipe):
    """Raises ValueError for what NumPy has not: other devices, a lower precision."""
    for name, only in (("devices", 1), ("precision", "float32")):
        if getattr(recipe, name) != only:
            raise ValueError(f"{name} is {getattr(recipe, name)}, but NumPy has only {only}; "
                             "train with tubevit_tg")


def train(run):
    """Train from where the run stands to its last step; the run keeps log and checkpoints."""
    check(run.recipe)
    params, moments = run.start()
    moments = moments or adamw_state(trained(params, run.recipe.frozen))
    with threadpool_limits(1), ThreadPoolExecutor(PARTS) as pool, run.batches() as batches:
        step_once, predict = joint_step(params, moments, run, pool), predictor(params, run.cfg)
        for step, batch in batches:
            lr = learning_rate(step, run.recipe.steps, run.recipe.lr, run.recipe.warmup)
            loss, norm, right = step_once(step + 1, lr, batch)
            run.log(step, loss=loss, lr=lr, norm=norm, right=right)
            if due(step + 1):
                run.snap(step + 1, kernels(params))
            if run.due(step):
                run.save(step + 1, params, moments, predict)
    return params
