"""Dropout: its rate; masks differ by example, layer and part, and not by micro-batches."""

import numpy as np
import pytest
import small

import tubevit_np as tv
from tubevit_np.training.dropout import ATTENTION, MLP, TOKENS, dropout, scramble
from tubevit_np.training.step import forward

KEYS = np.array([7, 2**32 - 1, 0], np.uint32)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_a_share_is_dropped_and_the_rest_makes_up(rate):
    y = dropout(rate, KEYS)(2, MLP, np.full((3, 50, 400), 2.0))
    share, error = (y == 0).mean(), np.sqrt(rate * (1 - rate) / y.size)
    assert abs(share - rate) < 4 * error
    assert np.allclose(y[y != 0], 2 / (1 - rate), rtol=1e-15)


def test_every_example_layer_and_part_drops_others():
    x, drop = np.ones((3, 20, 30)), dropout(0.5, KEYS)
    places = (0, TOKENS), (0, ATTENTION), (1, ATTENTION), (1, MLP)
    masks = [mask for place in places for mask in drop(*place, x)]
    masks += [*dropout(0.5, KEYS + np.uint32(50))(0, TOKENS, x)]
    for i, one in enumerate(masks):
        for other in masks[:i]:
            assert abs((one == other).mean() - 0.5) < 0.1  # four standard errors are 0.08


def test_neighbors_are_independent():
    kept = dropout(0.5, KEYS)(1, MLP, np.ones((3, 64, 512))) > 0
    for axis in (1, 2):
        ahead, behind = (np.moveaxis(kept, axis, 0)[cut] for cut in (np.s_[1:], np.s_[:-1]))
        assert abs((ahead == behind).mean() - 0.5) < 0.01


def test_a_divided_batch_drops_the_same(rng):
    x = rng.standard_normal((3, 5, 6))
    whole = dropout(0.4, KEYS)(3, TOKENS, x)
    parts = [dropout(0.4, KEYS[cut])(3, TOKENS, x[cut]) for cut in (np.s_[:1], np.s_[1:])]
    assert np.array_equal(whole, np.concatenate(parts))


def test_scramble_is_that_of_murmurhash3():
    """Known values of its last steps; the last one shows that it is one to one."""
    assert scramble(np.array([0, 1, 2], np.uint32)).tolist() == [0, 0x514E28B7, 0x30F4C306]
    assert len(np.unique(scramble(np.arange(2**16, dtype=np.uint32)))) == 2**16


def test_precision_is_kept(rng):
    x = rng.standard_normal((3, 5, 6))
    assert dropout(0.4, KEYS)(0, MLP, x.astype(np.float32)).dtype == np.float32


def test_a_model_drops_tokens_and_what_each_part_adds(rng):
    """By setting the same numbers to zero by hand, in one block."""
    cfg = small.MODELS["erf"]
    params, x, drop = small.params(cfg, rng), small.clips(rng, 3), dropout(0.3, KEYS)
    _, out = forward(params, x, cfg, ("verb",), drop)
    _, plain = tv.forward(params, x, cfg, "verb")
    kept = drop(0, TOKENS, np.ones_like(out["tokens"]))
    small.assert_close(out["with_position"], plain["with_position"] * kept)
    weights = params["blocks"]["0"]
    z = out["with_position"]
    added, _ = tv.self_attention(tv.layer_norm(z, **weights["ln1"], eps=cfg.eps),
                                 **weights["attn"], heads=cfg.heads)
    y = z + added * drop(0, ATTENTION, np.ones_like(z))
    small.assert_close(out["blocks.0.middle"], y)
    added, _ = tv.feed_forward(tv.layer_norm(y, **weights["ln2"], eps=cfg.eps),
                               **weights["mlp"], form=cfg.gelu)
    small.assert_close(out["blocks.0"], y + added * drop(0, MLP, np.ones_like(z)))
