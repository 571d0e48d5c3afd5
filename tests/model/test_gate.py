"""The gate of Eq. 8."""

import math
from dataclasses import replace

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.model.gate import gated_tokens
from tubevit_np.training.frozen import is_trainable

ALL = np.ones(3, bool)


def tokens(rng, dtype=np.float64):
    return rng.standard_normal((2, 2, 3, 5)).astype(dtype)


def test_the_gate_adds_tanh_alpha_z0(rng):
    z, z0 = tokens(rng)
    alpha = np.array(math.log(3) / 2)  # tanh is 1/2
    small.assert_close(tv.gate(z, z0, alpha, ALL), z + z0 / 2)


def test_only_the_tokens_to_keep(rng):
    z, z0 = tokens(rng)
    found = tv.gate(z, z0, np.array(math.log(3) / 2), np.array([True, False, True]))
    small.assert_close(found[:, [0, 2]], (z + z0 / 2)[:, [0, 2]])
    assert np.array_equal(found[:, 1], z[:, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_inert_at_first_to_the_last_bit(dtype, rng):
    z, z0 = tokens(rng, dtype)
    found = tv.gate(z, z0, np.zeros((), dtype), ALL)
    assert found.dtype == dtype and np.array_equal(found, z)


def test_which_tokens_the_gate_adds():
    """The clip gives 8 packed tokens, 12 patches and 12 tokens of the other tube."""
    assert gated_tokens(small.MODELS["gate_all"], (7, 10, 13)).tolist() == [True] * 32
    found = gated_tokens(small.MODELS["gate_tubes"], (7, 10, 13))
    assert found.tolist() == [True] * 8 + [False] * 12 + [True] * 12


def test_what_trains_beside_frozen_blocks():
    cfg = replace(small.MODELS["gate_all"], depth=3, pool_mlp=True)
    for frozen, blocks in ((0, {"0", "1", "2"}), (2, {"2"}), (3, set())):
        names = [name for name in tv.shapes(cfg) if is_trainable(name, frozen)]
        assert {name.split(".")[1] for name in names if name.startswith("blocks")} == blocks
        others = {name.split(".")[0] for name in names} - {"blocks"}
        assert others == {"norm", "pool", "heads", "gate"} | ({"tubes"} if not frozen else set())
    assert is_trainable("kernel.w", 0) and not is_trainable("kernel.w", 1)
