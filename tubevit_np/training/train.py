"""The training loop: from the last checkpoint of a run to its last step."""

from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits

from tubevit_np.training.evaluate import predictor
from tubevit_np.training.frozen import trainable_params
from tubevit_np.training.kernel_snapshots import kernels, snapshot_due
from tubevit_np.training.optim import adamw_state, learning_rate
from tubevit_np.training.step import PARTS, joint_step


def check(recipe):
    """Raise ValueError for recipe settings that NumPy lacks: several devices, lower precision."""
    for name, only in (("devices", 1), ("precision", "float32")):
        if getattr(recipe, name) != only:
            raise ValueError(f"{name} is {getattr(recipe, name)}, but NumPy has only {only}; "
                             f"leave out --{name}, or train with tubevit_tg")


def train(run):
    """Train a run to its last step; the run writes log and checkpoints.  Returns the parameters."""
    check(run.recipe)
    params, moments = run.start()
    moments = moments or adamw_state(trainable_params(params, run.recipe.frozen))
    with threadpool_limits(1), ThreadPoolExecutor(PARTS) as pool, run.batches() as batches:
        step_once, predict = joint_step(params, moments, run, pool), predictor(params, run.cfg)
        for step, batch in batches:
            lr = learning_rate(step, run.recipe.steps, run.recipe.lr, run.recipe.warmup)
            loss, norm, accuracies = step_once(step + 1, lr, batch)
            run.log(step, loss=loss, lr=lr, norm=norm, accuracies=accuracies)
            if snapshot_due(step + 1):
                run.snap(step + 1, kernels(params))
            if run.evaluation_due(step):
                run.evaluate(step + 1, predict, lambda: params)
            if run.checkpoint_due(step):
                run.save(step + 1, params, moments)
    return params
