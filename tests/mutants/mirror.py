"""Mistakes made on purpose in tubevit_tg."""

from tubevit_np.conformance.mistakes.mutant import Mutant

LAYERS = [Mutant("tubevit_tg/model/layers.py", *rest) for rest in [
    ('keepdim=True) + eps).sqrt()', 'keepdim=True) + 1e-5).sqrt()',
     "test_numbers.py::test_one_function[normalize, eps shows]", "eps of other libraries"),
    ('if form == "erf":', 'if form == "tanh":',
     "test_numbers.py::test_one_function[gelu tanh]", "the other GELU"),
    ('exp(x - x.max(-1, keepdim=True))', 'exp(x)',
     "test_numbers.py::test_one_function[softmax, large]", "softmax overflows"),
    ('x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)',
     'x.reshape(*x.shape[:2], -1, heads).permute(0, 3, 1, 2)',
     "test_numbers.py::test_one_function[split heads]", "heads interleaved"),
    ('q / math.sqrt(q.shape[-1])', 'q',
     "test_numbers.py::test_every_intermediate[image-float64]", "attention without its scale"),
    ('attention(q, *cast_like(qkv["w"], k, v))', 'attention(q, k, v)',
     "test_precision.py::test_products_are_lower_and_all_else_is_float32",
     "attention in float32"),
    ('q, k, v = (split_heads', 'k, q, v = (split_heads',
     "test_numbers.py::test_every_intermediate[image-float64]", "qkv columns in another order"),
    ('change, inner = feed_forward(cache["ln2"]', 'change, inner = feed_forward(y',
     "test_numbers.py::test_every_intermediate[image-float64]", "second norm skipped"),
]]

OPERATIONS = [Mutant("tubevit_tg/backend/operations.py", *rest) for rest in [
    ('if x.dtype != dtypes.float64:', 'if x.dtype:',
     "test_numbers.py::test_one_function[erf]", "the error function to 4e-7 alone"),
    ('blas.product(low, b).cast(a.dtype)', 'blas.product(low, b).contiguous_backward()',
     "test_blas.py::test_a_part_of_a_product_that_was_computed_for_something_else",
     "a buffer that tinygrad does not find again"),
    ('y * (d_y - (d_y * y).sum(-1, keepdim=True))', 'y * d_y',
     "test_numbers.py::test_every_gradient[image-float64]", "softmax's sum kept constant"),
    ('[x.cast(w.dtype) for x in tensors]', 'tensors',
     "test_precision.py::test_products_are_lower_and_all_else_is_float32",
     "products of activations in float32"),
    ('dim=axis)', 'dim=axis).flip(axis)',
     "test_numbers.py::test_every_intermediate[learned-float64]", "tokens in reverse order"),
]]

TUBES = [Mutant("tubevit_tg/model/tubes.py", *rest) for rest in [
    ('Tensor.stack(*members, dim=4)', 'Tensor.stack(*members[::-1], dim=4)',
     "test_numbers.py::test_every_intermediate[learned-float64]", "members in another order"),
    ('every.permute(0, 1, 2, 3, 5, 6, 7, 4)', 'every.permute(0, 1, 2, 3, 4, 5, 6, 7)',
     "test_numbers.py::test_every_intermediate[image-float64]", "channels before voxels"),
    ('np.add(tube.offset, member)', 'np.array(member)',
     "test_numbers.py::test_every_intermediate[learned-float64]", "offset forgotten"),
]]

KERNELS = [Mutant("tubevit_tg/model/kernels.py", *rest) for rest in [
    ('.permute(1, 2, 0, 3, 4)', '.permute(2, 0, 1, 3, 4)',
     "test_numbers.py::test_one_function[resize]", "axes resized in another order"),
]]

POOLING = [Mutant("tubevit_tg/model/pooling.py", *rest) for rest in [
    ('mlp is None', 'True',
     "test_numbers.py::test_every_intermediate[everything-float64]", "pooling without its MLP"),
]]

MODEL = [Mutant("tubevit_tg/model/model.py", *rest) for rest in [
    ('if layer == cfg.gate_layer:', 'if layer == cfg.depth:',
     "test_steps.py::test_a_frozen_block_gets_no_gradient", "gate left open"),
    ('- cfg.mean) / cfg.std', '/ cfg.std - cfg.mean)',
     "test_numbers.py::test_one_function[pixels]", "mean not scaled"),
]]

GATE = [Mutant("tubevit_tg/model/gate.py", *rest) for rest in [
    ('alpha.tanh() * (', 'alpha * (',
     "test_numbers.py::test_one_function[gate]", "gate without tanh"),
]]

VARIANTS = [Mutant("tubevit_tg/variants/positions.py", *rest) for rest in [
    ('reference.positions(params, cfg, shape)', 'reference.positions(params, cfg, shape)[::-1].copy()',
     "test_steps.py::test_both_drop_the_same[plain]", "positions in reverse order"),
    ('Tensor.cat(*rows)', 'Tensor.cat(*rows[::-1])',
     "test_numbers.py::test_every_intermediate[learned-float64]", "positions of other tubes"),
]]

FROZEN = [Mutant("tubevit_tg/training/frozen.py", *rest) for rest in [
    ('block(z.detach(), **rest)', 'block(z, **rest)',
     "test_steps.py::test_a_frozen_block_gets_no_gradient", "gradients of frozen blocks"),
    ('layer == num_frozen_blocks', 'layer == num_frozen_blocks - 1',
     "test_steps.py::test_a_frozen_block_gets_no_gradient", "the last frozen block trains"),
]]

BASELINES = [Mutant("tubevit_tg/variants/divided_attention.py", *rest) for rest in [
    ("z.reshape(z.shape[0], frames, -1, z.shape[-1]).transpose(1, 2)",
     "z.reshape(z.shape[0], -1, frames, z.shape[-1])",
     "test_numbers.py::test_every_intermediate[divided-float64]", "t fastest"),
    ("(time_drop(change) if time_drop else change)", "change",
     "test_steps.py::test_both_drop_the_same[divided]", "no dropout over time"),
]]

DROPOUT = [Mutant("tubevit_tg/training/dropout.py", *rest) for rest in [
    ("(x ^ (x >> 13)) * 0xC2B2AE35", "(x ^ (x >> 13)) * 0xC2B2AE36",
     "test_steps.py::test_both_drop_the_same[divided]", "other masks than NumPy's"),
    ("y + drop(MLP, change)", "y + drop(ATTENTION, change)",
     "test_steps.py::test_both_drop_the_same[divided]", "both branches drop the same"),
    ('out | {"with_position": z}', 'out',
     "test_steps.py::test_both_drop_the_same[divided]", "tokens shown before they are dropped"),
]]

LOSS = [Mutant("tubevit_tg/training/loss.py", *rest) for rest in [
    ('target.cast(dtype) + smoothing / classes', 'target.cast(dtype) + smoothing / (classes - 1)',
     "test_numbers.py::test_one_function[labels]", "smoothing spread over the wrong classes"),
    ("(logits < label_score).logical_not().sum(-1) - 1", "(logits > label_score).sum(-1)",
     "test_numbers.py::test_one_function[accuracy]", "ties are right"),
    ('smoothing, logits.dtype)', 'smoothing)',
     "test_numbers.py::test_every_gradient[image-float64]", "targets in float32"),
]]

OPTIM = [Mutant("tubevit_tg/training/optim.py", *rest) for rest in [
    ('(most / norm).minimum(1)', '(most / norm)',
     "test_steps.py::test_only_large_gradients_are_clipped[50.0]", "small gradients blown up"),
    ('v + (1 - beta2) * (g * g - v)', 'v + (1 - beta1) * (g * g - v)',
     "test_steps.py::test_a_plain_step", "one beta for both moments"),
    ('lr * weight_decay if is_decayed(w.shape) else 0.0', '0.0',
     "test_steps.py::test_a_plain_step", "no weight decay"),
    ('finite.where(new, old)', 'new',
     "test_precision.py::test_a_step_left_out_changes_nothing", "NaN into parameters and moments"),
    ('onto[name] + g', 'g',
     "test_train_tg.py::test_devices_and_parts_change_nothing[{'accumulate': 6}-float64]", "the last part's gradient alone"),
]]

DEVICE = [Mutant("tubevit_tg/backend/device.py", *rest) for rest in [
    ('if requested and requested != "CPU":', 'if requested == "never":',
     "test_device.py::test_what_dev_asks_is_obeyed_unseen", "DEV ignored"),
    ('if "clang" in Path(command).name and which(command):', 'if which(command):',
     "test_device.py::test_a_clang_on_path", "gcc taken for a clang"),
    ('Tensor(array.reshape(-1), dtype=dtype).reshape(array.shape)', 'Tensor(array, dtype=dtype)',
     "test_device.py::test_a_captured_function_sees_new_numbers", "numbers baked in"),
    ('isinstance(device, tuple) else tensor).realize()',
     'isinstance(device, tuple) else tensor)',
     "test_device.py::test_tensors_are_copies", "later writes seen"),
    ('tensor.shard(device, axis)', 'tensor.shard(device)',
     "test_train_tg.py::test_a_run_gives_each_device_its_share_of_a_batch_and_the_whole_model",
     "every device computes the whole batch"),
    ('return tree.to(Device.DEFAULT)', 'return tree',
     "test_train_tg.py::test_scored_on_one_device", "scored on all devices"),
]]

COSINE_BASIS = [Mutant("tubevit_tg/training/cosine_basis.py", *rest) for rest in [
    ('return cosines(n).T', 'return cosines(n)',
     "test_numbers.py::test_one_function[back from waves]",
     "the transform in place of its inverse"),
    ('size + rms_over_kernel(size)', 'size',
     "test_steps.py::test_a_step_without_some_gradient[True]", "faint waves at full length"),
    ('smooth(w, lr * smoothness)', 'smooth(w, smoothness)',
     "test_steps.py::test_a_step_without_some_gradient[True]", "smoothed at full rate"),
    ('lr * (rates or {}).get(name, 1.0)', 'lr',
     "test_steps.py::test_a_step_without_some_gradient[True]", "kernels at the full rate"),
    ('spectral and is_kernel(w.shape)', 'is_kernel(w.shape)',
     "test_steps.py::test_a_step_without_some_gradient[False]", "kernels always by waves"),
    ('weight_decay, finite)\n        if', 'weight_decay)\n        if',
     "test_train_tg.py::test_half_leaves_out_a_step_that_is_not_finite", "infinite steps taken"),
]]

STEP = [Mutant("tubevit_tg/training/step.py", *rest) for rest in [
    ('fraction * run.weights[i], recipe', 'run.weights[i], recipe',
     "test_train_tg.py::test_devices_and_parts_change_nothing[{'accumulate': 6}-float64]", "every part weighs as the whole"),
    ('get((i, head), 0.0) + fraction * correct',
     'get((i, head), 0.0) + correct / recipe.accumulate',
     "test_train_tg.py::test_devices_and_parts_change_nothing[{'accumulate': 6}-float64]", "unequal parts count the same"),
    ('scaling.get("scale", 1.0))', '1.0)',
     "test_train_tg.py::test_half_keeps_gradients_that_float16_cannot_hold", "half without scale"),
    ('{name: g / scale for', '{name: g for',
     "test_train_tg.py::test_half_leaves_out_a_step_that_is_not_finite", "gradients left scaled"),
    ('        rescale(scaling, finite)\n', '',
     "test_train_tg.py::test_half_leaves_out_a_step_that_is_not_finite", "scale never falls"),
]]

TRAIN = [Mutant("tubevit_tg/training/train.py", *rest) for rest in [
    ('params, moments = (to_tensors(tree, device=devices(run.recipe.devices))',
     'params, moments = (to_tensors(tree)',
     "test_train_tg.py::test_a_run_gives_each_device_its_share_of_a_batch_and_the_whole_model",
     "parameters on one device"),
    ('    devices(recipe.devices)\n', '    pass\n',
     "test_train_tg.py::test_too_few_devices_are_told_before_there_is_a_folder", "found too late"),
]]

STARTING = [
    Mutant("tubevit_tg/training/train.py", '10 * cfg.depth * recipe.accumulate', '10 * cfg.depth',
           "test_train_tg.py::test_who_waits_for_a_compiler_is_told", "parts compile at once"),
    Mutant("tubevit_tg/training/evaluate.py", 'from tinygrad import TinyJit',
           'import imageio\nfrom tinygrad import TinyJit',
           "test_cli.py::test_a_package_and_its_command_line_load_nothing_heavy", "slow to start"),
]

PRECISION = [Mutant("tubevit_tg/training/precision.py", *rest) for rest in [
    ('params.cast(precision) if is_decayed(params.shape) else params', 'params.cast(precision)',
     "test_precision.py::test_products_are_lower_and_all_else_is_float32", "norms in 16 bits"),
    ('t - scaling["left_out"]', 't',
     "test_precision.py::test_steps_left_out_are_not_counted", "steps left out counted"),
    ('scale / 2)', 'scale)',
     "test_precision.py::test_the_scale_falls_at_once_and_grows_after_enough_good_steps",
     "the scale never falls"),
    ('finite.where(scaling["good"] + 1, 0)', 'scaling["good"] + 1',
     "test_precision.py::test_the_scale_falls_at_once_and_grows_after_enough_good_steps",
     "good steps not in a row"),
]]

BLAS = [Mutant("tubevit_tg/backend/blas.py", *rest) for rest in [
    ('!= "0"', '!= "off"',
     "test_blas.py::test_one_setting_turns_it_off", "cannot be turned off"),
    ('a.dtype in (dtypes.float32, dtypes.float64)', 'a.dtype != dtypes.bfloat16',
     "test_blas.py::test_what_is_left_to_tinygrad", "every precision taken"),
    ('isinstance(a.device, str) and a.device.partition(":")[0] == "CPU"',
     '"CPU" in a.device', "test_blas.py::test_what_is_left_to_tinygrad",
     "taken from several devices"),
    ('(d_out, True, a, a_turned) if b_turned', '(a, not a_turned, d_out, False) if b_turned',
     "test_blas.py::test_values_and_gradients[second turned-float64]",
     "gradient of the turned, not of what is stored"),
    ('(a.uop, False) if flat and a.ndim > 2 else', '',
     "test_blas.py::test_values_and_gradients[many turned rows-float64]",
     "clips taken for rows where they are turned"),
    ('return (x.src[0], True) if last else (x, False)', 'return x, False',
     "test_blas.py::test_nothing_is_copied", "transposes copied"),
    ('@functools.cache  # keeps the C functions alive\n', '',
     "test_blas.py::test_one_program_for_all_of_one_shape", "callbacks collected as garbage"),
    ('b.mT if b_turned else b, out=out)', 'b.mT if b_turned else b)',
     "test_blas.py::test_values_and_gradients[matrices-float64]", "result thrown away"),
    ('if a.shape[-1] != b.shape[-2]:', 'if False:',
     "test_blas.py::test_shapes_that_do_not_match_are_told", "complaints that nobody hears"),
]]

MIRROR = [*LAYERS, *OPERATIONS, *TUBES, *KERNELS, *POOLING, *MODEL, *GATE, *VARIANTS, *FROZEN,
          *BASELINES, *DROPOUT, *LOSS, *OPTIM, *COSINE_BASIS, *DEVICE, *STEP, *TRAIN, *STARTING,
          *PRECISION, *BLAS]
