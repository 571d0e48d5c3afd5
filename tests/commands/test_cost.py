"""Tokens, parameters, operations and memory, against the arrays and products of forward passes."""

import re
import tracemalloc
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.cost import count as cost
from tubevit_np.cost import table as cost_table
from tubevit_np.fast.tubes import tokenize
from tubevit_np.model.kernels import tube_kernel
from tubevit_np.variants import model
from tubevit_np.variants.config import attention_of

FRAMES = (7, 10, 13)
MAIN = tv.PRESETS["B"]


class Counted(np.ndarray):
    """An array that counts the operations of its matrix products, 2 for each multiply-add."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        plain = [np.asarray(x) for x in inputs]
        if out:
            options["out"] = tuple(np.asarray(x) for x in out)
        found = np.asarray(getattr(ufunc, method)(*plain, **options))
        if ufunc is np.matmul:
            Counted.operations += 2 * found.size * plain[0].shape[-1]
        return found.view(Counted)


def operations(run):
    """Operations of run(); resized kernels and tokens count as Counted, too."""
    Counted.operations = 0
    with (mock.patch.dict(tokenize.__globals__,
                         tube_kernel=lambda *args: tube_kernel(*args).view(Counted)),
          mock.patch.object(model, "tokenize", lambda *args: tokenize(*args).view(Counted))):
        run()
    return Counted.operations


@pytest.mark.parametrize("name", small.MODELS)
@pytest.mark.parametrize("shape", [FRAMES, (1, 10, 13)])
def test_operations_equal_those_of_a_forward_pass(rng, name, shape):
    """But for resizing a shared kernel: that is done once, however many clips there are."""
    cfg = small.MODELS[name]
    params = tv.nest({name: w.view(Counted)
                      for name, w in tv.flatten(small.params(cfg, rng)).items()})
    video = small.clips(rng, 1, shape)
    flops = cost.flops(cfg, shape)
    assert flops["tubes"] == operations(lambda: tokenize(params, video, cfg)) > 0
    assert sum(flops.values()) == operations(
        lambda: tv.variants.forward(params, video, cfg, tuple(cfg.classes)))
    assert flops["heads"] == 2 * 24 * (5 + 7)


@pytest.mark.parametrize("name", small.MODELS)
@pytest.mark.parametrize("shape", [FRAMES, (1, 10, 13)])
def test_operations_of_training_equal_those_there_and_back(rng, name, shape):
    cfg = small.MODELS[name]
    params = tv.nest({name: w.view(Counted)
                      for name, w in tv.flatten(small.params(cfg, rng)).items()})

    def forward_and_backward():
        video = small.clips(rng, 1, shape)
        logits, out = tv.variants.forward(params, video, cfg, tuple(cfg.classes))
        tv.variants.backward(params, out, logits, cfg)
    assert sum(cost.training_flops(cfg, shape).values()) == operations(forward_and_backward)


PASSES = [(cfg, shape) for cfg in [*small.MODELS.values(), replace(small.MODEL, gate_layer=1),
                                   replace(small.MODEL, mlp_dim=300, gate_layer=0),
                                   replace(small.MODEL, mlp_dim=300, depth=1)]
          for shape in (FRAMES, (1, 10, 13))]
PASSES += [(replace(small.MODEL, channels=99), FRAMES)]  # cutting the video takes most


def intermediates(cfg, shape, rng):
    """`out` of a pass over one video in float32."""
    params = {name: w.astype(np.float32) for name, w in tv.flatten(small.params(cfg, rng)).items()}
    video = small.clips(rng, 1, shape, cfg.channels).astype(np.float32)
    return tv.variants.forward(tv.nest(params), video, cfg, tuple(cfg.classes))[1]


@pytest.mark.filterwarnings("ignore:tube")
@pytest.mark.parametrize("cfg, shape", PASSES)
def test_memory_of_training_is_that_of_all_intermediates(rng, cfg, shape):
    arrays = {id(array): array.nbytes for array in intermediates(cfg, shape, rng).values()}
    assert sum(cost.training_memory(cfg, shape).values()) == sum(arrays.values())


def test_memory_that_a_pass_over_a_video_really_takes(rng):
    """As Python counts it; names and lists took 0.7 % of it."""
    cfg = tv.PRESETS["demo"]
    params, video = tv.init(cfg, rng), np.zeros((1, 16, 48, 48, 3), np.float32)
    tv.variants.forward(params, video, cfg, ("verb", "noun"))  # positions are kept for the next
    tracemalloc.start()
    held = tv.variants.forward(params, video, cfg, ("verb", "noun"))
    taken, _ = tracemalloc.get_traced_memory()
    del held
    tracemalloc.stop()
    found = sum(cost.training_memory(cfg, (16, 48, 48)).values()) - video.nbytes
    assert found <= taken < 1.02 * found


READS = {  # by what of its block: "in" is the block's input
    "time.ln": ["in"], "time.attn.qkv": ["time.ln"], "time.attn.weights": ["time.attn.qkv"],
    "time.attn.mixed": ["time.attn.qkv", "time.attn.weights"],
    "time.attended": ["time.attn.mixed"], "time.middle": ["in", "time.attended"],
    "attn.qkv": ["ln1"], "attn.weights": ["attn.qkv"], "attn.mixed": ["attn.qkv", "attn.weights"],
    "ln2": ["middle"], "mlp.up": ["ln2"], "mlp.gelu": ["mlp.up"]}


def inputs_of_each(cfg):
    """(intermediate, what it is made from), in the order of a pass."""
    yield from (("video", []), ("tokens", ["video"]), ("with_position", ["tokens"]))
    z = "with_position"
    for layer in range(cfg.depth):
        block, divided = f"blocks.{layer}", attention_of(cfg) == "divided"
        begin = "time.middle" if divided else "in"
        own = READS | {"ln1": [begin], "middle": [begin, "attn.mixed"]}
        order = ["ln1", "attn.qkv", "attn.weights", "attn.mixed", "middle", "ln2", "mlp.up",
                 "mlp.gelu"]
        for name in ([name for name in READS if divided and "time" in name] + order):
            yield f"{block}.{name}", [z if of == "in" else f"{block}.{of}" for of in own[name]]
        gate = ["with_position"] if layer == cfg.gate_layer else []
        yield block, [f"{block}.middle", f"{block}.mlp.gelu", *gate]
        z = block
    yield "norm", [z]


@pytest.mark.filterwarnings("ignore:tube")
@pytest.mark.parametrize("cfg, shape", PASSES)
def test_memory_of_inference_is_the_largest_set_still_to_be_read(rng, cfg, shape):
    size = {name: array.nbytes for name, array in intermediates(cfg, shape, rng).items()}
    steps = list(inputs_of_each(cfg))
    last = {of: step for step, (_, read) in enumerate(steps) for of in read}
    peak = max(sum(size[name] for name, _ in steps[:step + 1] if last.get(name, step) >= step)
               for step in range(len(steps)))
    assert cost.inference_memory(cfg, shape) == peak


@pytest.mark.parametrize("name", small.MODELS)
def test_tokens_equal_those_that_a_forward_pass_makes(rng, name):
    cfg = small.MODELS[name]
    _, out = tv.variants.forward(small.params(cfg, rng), small.clips(rng), cfg, "verb")
    assert sum(cost.tokens(cfg, FRAMES)) == out["tokens"].shape[1]


@pytest.mark.parametrize("cfg", [*small.MODELS.values(), *tv.PRESETS.values()])
def test_the_parts_hold_every_parameter(cfg):
    parts = cost.parameters(cfg)
    assert sum(parts.values()) == tv.count(cfg)
    assert parts["heads"] == sum((cfg.dim + 1) * count for count in cfg.classes.values())


def test_the_main_model():
    assert cost.tokens(MAIN, (32, 224, 224)) == [98, 147, 98, 196]  # 539
    assert cost.tokens(MAIN, (64, 224, 224)) == [196, 392, 196, 392]
    assert cost.tokens(MAIN, (1, 224, 224)) == [0, 0, 0, 196]
    flops = cost.flops(replace(MAIN, classes={}), (32, 224, 224))
    assert flops["encoder"] / 2e9 == pytest.approx(51.1, abs=0.05)  # multiply-adds, in paper.md
    tubes = cost.parameters(MAIN)["tubes"] - 16 * 16 * 3 * 768 - 768 * (1 / 2 + 1 / 4 + 1 + 1)
    assert tubes / 1e6 == pytest.approx(2.06, abs=0.01)  # the three video tubes


def test_divided_attention_has_the_parameters_of_timesformer():
    """Those it prints (121.4 M) less those with joint attention (85.9 M) are 35.5 M."""
    joint = tv.variant(tv.with_tubes(MAIN, "frames"), attention="global")
    more = tv.count(tv.with_tubes(MAIN, "frames")) - tv.count(joint)
    assert more / 1e6 == pytest.approx(121.4 - 85.9, abs=0.1)


@pytest.mark.parametrize("n", [1, 539, 1987])
def test_tokens_for_undoes_the_operations_of_the_encoder(n):
    cfg, voxel = replace(MAIN, tubes=(tv.Tube((1, 1, 1), (1, 1, 1)),)), (n, 1, 1)
    assert cost.tokens_for(cfg, cost.flops(cfg, voxel)["encoder"]) == pytest.approx(n)


def test_the_table_beside_the_papers_figures():
    text = "\n".join(cost_table.size_lines("main"))
    rows = {tuple(line.split()[:2]): line.split() for line in text.splitlines()[1:] if line}
    assert rows["B", "32"][2:5] == ["539", "91.15M", "104.4"]
    assert rows["H", "64"][2] == "1176"
    assert rows["B,", "printed"][2:] == ["559", "90M", "72.5"]
    assert rows["L,", "printed"][3:] == ["311M", "794.2"]
    pairs = re.findall(r"(\d+) \((\d+)\) for [BLH]", " ".join(text.split()))
    found = [int(number) for pair in pairs for number in pair]
    wanted = [735, 392, 1990, 1110, 1880, 1030]  # as computed before, rounded
    assert found == pytest.approx(wanted, rel=5e-3)


def test_every_tube_set_is_in_the_table_of_its_scale():
    names = [line.split()[0] for preset, shape in (("B", (32, 224, 224)), ("demo", (16, 48, 48)))
             for line in list(cost_table.set_lines(preset, shape))[1:]]
    assert sorted(names) == sorted(tv.TUBE_SETS)
