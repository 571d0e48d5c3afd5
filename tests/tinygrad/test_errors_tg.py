"""tubevit_tg against tubevit_np: files, errors, warnings."""

import os

os.environ.setdefault("DEV", "CPU")  # it has float64; set before tinygrad opens a device

from dataclasses import replace

import numpy as np
import pytest
import small
from remarks import remarks

import tubevit_np as tv
import tubevit_tg as tg
from tubevit_np.model.checks import warn_once

ONE_BLOCK = replace(small.MODEL, depth=1, gate_layer=0)


def test_a_file_goes_both_ways(tmp_path, rng):
    cfg = ONE_BLOCK
    tv.save(tmp_path / "np.safetensors", tv.init(cfg, rng), cfg, {"verb": list("abcde")})
    params, read_cfg, notes = tg.load(tmp_path / "np.safetensors")
    tensors = tg.to_tensors(params)
    tg.save(tmp_path / "tg.safetensors", tg.to_arrays(tensors), read_cfg, notes["labels"])
    again, again_cfg, again_notes = tv.load(tmp_path / "tg.safetensors")
    assert again_cfg == read_cfg == cfg and again_notes["labels"] == {"verb": list("abcde")}
    for name, w in tv.flatten(params).items():
        assert tv.flatten(again)[name].dtype == w.dtype
        assert np.array_equal(tv.flatten(again)[name], w)


@pytest.mark.parametrize("x, head", [
    (np.zeros((2, 7, 10, 13, 2), np.int64), "verb"),
    (np.zeros((2, 7, 10, 13, 2), bool), "verb"),
    (np.zeros((10, 13, 2), np.float32), "verb"),
    (np.zeros((2, 7, 10, 13, 3), np.uint8), "verb"),
    (np.zeros((2, 7, 2, 2, 2), np.float32), "verb"),
    (np.zeros((2, 2, 13, 2), np.float32), "verb"),
    (np.zeros((2, 7, 10, 13, 2), np.float32), "adjective"),
], ids=["integers", "truths", "three axes", "channels", "small clip", "small image", "head"])
def test_the_same_complaints(x, head, rng):
    params = tv.init(small.MODEL, rng)
    with pytest.raises(ValueError) as wanted:
        tv.forward(params, x, small.MODEL, head)
    for array_or_tensor in (x, tg.to_tensors(x)):
        with pytest.raises(ValueError) as found:
            tg.forward(params, array_or_tensor, small.MODEL, head)
        assert str(found.value) == str(wanted.value) and "\n" not in str(wanted.value)


def test_the_same_warning_of_a_tube_left_out(rng):
    params, x = tv.init(small.MODEL, rng), small.clips(rng, shape=(3, 10, 13)).astype(np.float32)
    texts = []
    for forward, weights in ((tv.forward, params), (tg.forward, tg.to_tensors(params))):
        warn_once.cache_clear()
        texts.append([text for _ in range(2)
                      for text in remarks(forward, weights, x, small.MODEL, "verb")[1]])
    assert texts[0] == texts[1] and len(texts[0]) == 1


@pytest.mark.parametrize("name", [None, "learned"])
def test_the_same_warning_of_float_pixels_from_0_to_1(rng, name):
    """A Tensor is not checked: its numbers are not there yet."""
    cfg, texts = small.MODELS[name] if name else small.MODEL, []
    params, x = small.params(cfg, rng), rng.random((1, 7, 10, 13, 2), np.float32)
    np_forward, tg_forward = (tv.variants.forward, tg.variants.forward) if name else (
        tv.forward, tg.forward)
    for forward, weights in ((np_forward, params), (tg_forward, tg.to_tensors(params))):
        warn_once.cache_clear()
        texts.append(remarks(forward, weights, x, cfg, "verb")[1])
    assert texts[0] == texts[1] and len(texts[0]) == 1 and "from 0 to 1;" in texts[0][0]
    warn_once.cache_clear()
    assert not remarks(tg_forward, tg.to_tensors(params), tg.to_tensors(x), cfg, "verb")[1]


def test_parameters_that_are_arrays_are_refused(rng):
    with pytest.raises(ValueError, match="to_tensors"):
        tg.forward(tv.init(small.MODEL, rng), small.clips(rng), small.MODEL, "verb")


def test_the_same_error_for_a_variant(rng):
    params, x = small.params(small.MODELS["learned"], rng), small.clips(rng)
    texts = []
    for forward in (tv.forward, tg.forward):
        with pytest.raises(ValueError, match="describes a variant of TubeViT") as found:
            forward(params, x, small.MODELS["learned"], "verb")
        texts.append(str(found.value))
    assert texts[0] == texts[1]
