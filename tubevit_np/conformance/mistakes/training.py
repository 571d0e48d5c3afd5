"""Known mistakes in the loss, AdamW and the cosine basis."""

from tubevit_np.conformance.mistakes.mutant import Mutant

LOSS = [Mutant("tubevit_np/training/loss.py", *rest) for rest in [
    ("(1 - smoothing) * np.eye", "np.eye", "test_loss.py::test_cross_entropy_equals_a_loop",
     "label smoothing added to a target of 1", "operations"),
    ("np.eye(classes)[labels] + smoothing / classes",
     "np.eye(classes)[labels] + smoothing / (classes - 1)",
     "test_loss.py::test_cross_entropy_equals_a_loop", "label smoothing over K - 1 classes, not K",
     "operations"),
    ("logits = logits - logits.max(-1, keepdims=True)", "logits = logits + 0.0",
     "test_loss.py::test_known_losses", "cross entropy overflows", "operations"),
    (".sum(-1).mean()", ".sum()", "test_loss.py::test_cross_entropy_equals_a_loop",
     "sum of losses, not their mean", "operations"),
]]

OPTIM = [Mutant("tubevit_np/training/optim.py", *rest) for rest in [
    ("0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))",
     "(1 - (step - warmup) / max(1, steps - warmup))", "test_optim.py::test_learning_rate",
     "linear decay, not a cosine", "optimizer"),
    ("    if step < warmup:\n", "    step = step // 4 * 4\n    if step < warmup:\n",
     "test_optim.py::test_learning_rate", "learning rate changes every 4 steps only", "optimizer"),
    ("BETAS = (0.9, 0.95)", "BETAS = (0.9, 0.999)", "test_optim.py::test_adamw_equals_a_loop",
     "beta2 0.999, not 0.95", "optimizer"),
    ("    m += (1 - beta1) * (g - m)\n", "    g = g + 0.05 * w\n    m += (1 - beta1) * (g - m)\n",
     "test_optim.py::test_adamw_equals_a_loop", "weight decay added to the gradient", "optimizer"),
    ("1 - lr * weight_decay\n        w -=", "1 - weight_decay\n        w -=",
     "test_optim.py::test_decay_only_shrinks_matrices_and_kernels", "weight decay without the learning rate",
     "optimizer"),
    ("return m / (1 - beta1**t)", "return m", "test_optim.py::test_adamw_equals_a_loop",
     "first moment without bias correction", "optimizer"),
    ("v / (1 - beta2**t)", "v", "test_optim.py::test_adamw_equals_a_loop",
     "second moment without bias correction", "optimizer"),
    ("(np.sqrt(v) + EPS)", "np.sqrt(v + EPS)", "test_optim.py::test_adamw_equals_a_loop",
     "AdamW eps inside the root", "optimizer"),
    ("return len(shape) > 1", "return len(shape) > 0", "test_optim.py::test_what_is_decayed",
     "weight decay on biases", "optimizer"),
    ("peak * (step + 1) / warmup", "peak * step / warmup", "test_optim.py::test_learning_rate",
     "learning rate 0 at the first step", "optimizer"),
    ("(step - warmup) / max(1, steps - warmup)", "step / max(1, steps)",
     "test_optim.py::test_learning_rate", "cosine decay counted from step 0, not from the end of warmup", "optimizer"),
    ("grads[name] *= most / norm",
     "grads[name] *= min(1, most / math.sqrt(np.vdot(grads[name], grads[name]) + 1e-12))",
     "test_optim.py::test_clip_scales_all_gradients_together", "each gradient clipped by its own norm",
     "optimizer"),
]]

COSINE_BASIS = [Mutant("tubevit_np/training/cosine_basis.py", *rest) for rest in [
    ("mean((0, 1, 2, 3), keepdims=True)", "mean()",
     "test_optim.py::test_kernels_by_waves_equal_a_loop", "cosine basis with one RMS for all kernels", "optimizer"),
    ("{name: to_waves(grads[name])}", "{name: grads[name]}",
     "test_optim.py::test_kernels_by_waves_equal_a_loop", "cosine basis without transforming gradients", "optimizer"),
    ("lr * from_waves(m", "lr * (m", "test_optim.py::test_kernels_by_waves_equal_a_loop",
     "cosine basis without the inverse transform", "optimizer"),
    ("** 0.75", "** 0.5", "test_optim.py::test_kernel_rates", "kernel learning rates with exponent 0.5, not 0.75", "training"),
    ("np.arange(n) + 0.5", "np.arange(n)", "test_cosine_basis.py::test_cosines_are_orthonormal",
     "cosines without the half-sample shift", "optimizer"),
    ("waves[0] /= math.sqrt(2)", "pass", "test_cosine_basis.py::test_cosines_are_orthonormal",
     "constant cosine not divided by sqrt(2)", "optimizer"),
    ("(matrix.astype(w.dtype) @", "(matrix.T.astype(w.dtype) @",
     "test_cosine_basis.py::test_waves_equal_a_loop", "inverse transform in place of the transform",
     "optimizer"),
]]

TRAINING = [*LOSS, *OPTIM, *COSINE_BASIS]
