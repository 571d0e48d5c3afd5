"""The training loop: from the last checkpoint of a run to its last step."""

from tubevit_np.training.kernel_snapshots import kernels, snapshot_due
from tubevit_np.training.optim import adamw_state, learning_rate
from tubevit_tg.backend.device import DEVICE, describe, devices, to_arrays, to_tensors
from tubevit_tg.training.evaluate import predictor
from tubevit_tg.training.frozen import trainable_params
from tubevit_tg.training.precision import new_scaling
from tubevit_tg.training.step import joint_step


def check(recipe):
    """Raise ValueError if the recipe needs more devices than there are."""
    devices(recipe.devices)


def compiling(cfg, recipe):
    """Make a message with the time that tinygrad needs to compile; larger models need more."""
    seconds = 10 * cfg.depth * recipe.accumulate  # the demo takes 8 to 21 s
    return "the first two steps include compiling" + (
        f", about {seconds} s on a CPU" if DEVICE.startswith("CPU") else "")


def train(run):
    """Train a run to its last step; the run writes log and checkpoints.  Returns the parameters."""
    print(f"{describe()}; {compiling(run.cfg, run.recipe)}")
    params, moments = run.start()
    moments = moments or adamw_state(trainable_params(params, run.recipe.frozen))
    if run.recipe.precision == "half":
        moments = {"scaling": new_scaling()} | moments
    params, moments = (to_tensors(tree, device=devices(run.recipe.devices))
                       for tree in (params, moments))
    step_once, predict = joint_step(params, moments, run), predictor(params, run.cfg)
    with run.batches() as batches:
        for step, batch in batches:
            lr = learning_rate(step, run.recipe.steps, run.recipe.lr, run.recipe.warmup)
            loss, norm, accuracies = step_once(step + 1, lr, batch)
            run.log(step, loss=loss, lr=lr, norm=norm, accuracies=accuracies)
            if snapshot_due(step + 1):
                run.snap(step + 1, to_arrays(kernels(params)))
            if run.evaluation_due(step):
                run.evaluate(step + 1, predict, lambda: to_arrays(params))
            if run.checkpoint_due(step):
                run.save(step + 1, to_arrays(params), to_arrays(moments))
    return to_arrays(params)
