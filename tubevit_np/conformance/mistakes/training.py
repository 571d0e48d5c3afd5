"""Known mistakes in the loss, AdamW and the cosine basis."""

from tubevit_np.conformance.mistakes.mutant import Mutant

LOSS = [Mutant("tubevit_np/training/loss.py", *rest) for rest in [
    ("(1 - smoothing) * np.eye", "np.eye", "test_loss.py::test_cross_entropy_equals_a_loop",
     "smoothing on top of one", "operations"),
    ("np.eye(classes)[labels] + smoothing / classes",
     "np.eye(classes)[labels] + smoothing / (classes - 1)",
     "test_loss.py::test_cross_entropy_equals_a_loop", "spread over the wrong classes alone",
     "operations"),
    ("logits = logits - logits.max(-1, keepdims=True)", "logits = logits + 0.0",
     "test_loss.py::test_known_losses", "overflow", "operations"),
    (".sum(-1).mean()", ".sum()", "test_loss.py::test_cross_entropy_equals_a_loop",
     "sum, not mean, over clips", "operations"),
]]

OPTIM = [Mutant("tubevit_np/training/optim.py", *rest) for rest in [
    ("0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))",
     "(1 - (step - warmup) / max(1, steps - warmup))", "test_optim.py::test_learning_rate",
     "a line down, not a cosine", "optimizer"),
    ("    if step < warmup:\n", "    step = step // 4 * 4\n    if step < warmup:\n",
     "test_optim.py::test_learning_rate", "a rate that changes once an epoch", "optimizer"),
    ("BETAS = (0.9, 0.95)", "BETAS = (0.9, 0.999)", "test_optim.py::test_adamw_equals_a_loop",
     "the usual beta", "optimizer"),
    ("    m += (1 - beta1) * (g - m)\n", "    g = g + 0.05 * w\n    m += (1 - beta1) * (g - m)\n",
     "test_optim.py::test_adamw_equals_a_loop", "decay coupled to the gradient", "optimizer"),
    ("1 - lr * weight_decay\n        w -=", "1 - weight_decay\n        w -=",
     "test_optim.py::test_decay_only_shrinks_matrices_and_kernels", "decay without the rate",
     "optimizer"),
    ("return m / (1 - beta1**t)", "return m", "test_optim.py::test_adamw_equals_a_loop",
     "first moment not corrected", "optimizer"),
    ("v / (1 - beta2**t)", "v", "test_optim.py::test_adamw_equals_a_loop",
     "second moment not corrected", "optimizer"),
    ("(np.sqrt(v) + EPS)", "np.sqrt(v + EPS)", "test_optim.py::test_adamw_equals_a_loop",
     "eps inside the root", "optimizer"),
    ("return len(shape) > 1", "return len(shape) > 0", "test_optim.py::test_what_is_decayed",
     "biases decayed", "optimizer"),
    ("peak * (step + 1) / warmup", "peak * step / warmup", "test_optim.py::test_learning_rate",
     "first step does nothing", "optimizer"),
    ("(step - warmup) / max(1, steps - warmup)", "step / max(1, steps)",
     "test_optim.py::test_learning_rate", "a jump behind the warm-up", "optimizer"),
    ("grads[name] *= most / norm",
     "grads[name] *= min(1, most / math.sqrt(np.vdot(grads[name], grads[name]) + 1e-12))",
     "test_optim.py::test_clip_scales_all_gradients_together", "each gradient clipped alone",
     "optimizer"),
]]

COSINE_BASIS = [Mutant("tubevit_np/training/cosine_basis.py", *rest) for rest in [
    ("mean((0, 1, 2, 3), keepdims=True)", "mean()",
     "test_optim.py::test_kernels_by_waves_equal_a_loop", "one size for all kernels", "optimizer"),
    ("{name: to_waves(grads[name])}", "{name: grads[name]}",
     "test_optim.py::test_kernels_by_waves_equal_a_loop", "gradients by voxels", "optimizer"),
    ("lr * from_waves(m", "lr * (m", "test_optim.py::test_kernels_by_waves_equal_a_loop",
     "not turned back", "optimizer"),
    ("** 0.75", "** 0.5", "test_optim.py::test_kernel_rates", "another exponent", "training"),
    ("np.arange(n) + 0.5", "np.arange(n)", "test_cosine_basis.py::test_cosines_are_orthonormal",
     "waves that begin at their crest", "optimizer"),
    ("waves[0] /= math.sqrt(2)", "pass", "test_cosine_basis.py::test_cosines_are_orthonormal",
     "the constant wave too long", "optimizer"),
    ("(matrix.astype(w.dtype) @", "(matrix.T.astype(w.dtype) @",
     "test_cosine_basis.py::test_waves_equal_a_loop", "the inverse in place of the waves",
     "optimizer"),
]]

TRAINING = [*LOSS, *OPTIM, *COSINE_BASIS]
