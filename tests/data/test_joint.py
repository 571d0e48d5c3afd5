"""The batches of a joint step: mixup, dropout keys and shuffled frames."""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pytest
from test_sources import same
from tiny import RECIPE

from tubevit_np.data.batch import Batch
from tubevit_np.data.joint import Joint, mixup, shuffle_frames
from tubevit_np.data.sources import open_sources


@dataclass
class Flat:
    """A source of images of one gray level per image, which determines the class."""

    slow = False
    labels = MappingProxyType({"size": ("small", "middle", "large")})

    def batch(self, step, count):
        y = np.arange(count) % 3
        return Batch(np.repeat(100 * y, 12).reshape(count, 2, 2, 3).astype(np.uint8), {"size": y})


def test_plain_batches_are_those_of_the_sources():
    sources = open_sources(RECIPE)
    found = Joint(sources, [3, 2])(5)
    assert same(found[0], sources[0].batch(5, 3)) and same(found[1], sources[1].batch(5, 2))
    assert [one.keys for one in found] == [None, None]


def test_frames_in_an_order_of_each_clips_own(rng):
    """All of a frame stays together, none is lost; images and the classes are as they were."""
    sources = open_sources(RECIPE)
    plain, shuffled = (Joint(sources, [3, 2], shuffled=how)(5) for how in (False, True))
    assert same(plain[1], shuffled[1]) and not np.array_equal(plain[0].x, shuffled[0].x)
    assert np.array_equal(plain[0].labels["verb"], shuffled[0].labels["verb"])
    x = np.arange(40 * 5 * 2 * 3 * 1).reshape(40, 5, 2, 3, 1)
    found = shuffle_frames(x, rng)
    orders = (found[:, :, 0, 0, 0] - x[:, :1, 0, 0, 0]) // 6
    assert (np.sort(orders, axis=1) == np.arange(5)).all() and len(np.unique(orders, axis=0)) > 20
    assert np.array_equal(found, x[np.arange(40)[:, None], orders])


def test_mixup_mixes_pixels_and_labels_by_the_same_shares():
    [batch] = Joint([Flat()], [60], mixup=0.8)(0)
    shares = batch.labels["size"]
    assert shares.shape == (60, 3) and shares.dtype == np.float32
    np.testing.assert_allclose(shares.sum(1), 1, rtol=1e-6)
    assert batch.x.dtype == np.uint8 and (batch.x == batch.x[:, :1, :1, :1]).all()
    assert np.abs(batch.x[:, 0, 0, 0] - shares @ [0, 100, 200]).max() <= 0.5001
    assert 10 < ((shares > 0.05).sum(1) == 2).sum() < 50  # some are mixup with another class


@pytest.mark.parametrize("alpha, spread", [(0.1, 0.21), (1.0, 1 / 12), (20.0, 1 / 164)])
def test_shares_come_from_the_beta_distribution(alpha, spread):
    """Var of Beta(a, a) is 1 / (4 (2 a + 1)); the partners are all of another class."""
    alone = Batch(np.zeros((2000, 1, 1, 3), np.uint8), {"size": np.arange(2000)})
    names = {"size": [str(i) for i in range(2000)]}
    own = np.diag(mixup(alone, alpha, names, np.random.default_rng(0)).labels["size"])
    assert own.mean() == pytest.approx(0.5, abs=0.04)
    assert own.var() == pytest.approx(spread, rel=0.1)


def test_steps_sources_and_seeds_have_their_own_randomness():
    def one(seed=0, step=0):
        joint = Joint([Flat(), Flat()], [8, 8], seed, mixup=0.5, dropout=0.5)
        return [(batch.labels["size"], batch.keys) for batch in joint(step)]

    found = [*one(), *one(seed=1), *one(step=1)]
    for i, (shares, keys) in enumerate(found):
        assert keys.shape == (8,) and keys.dtype == np.uint32 and len(set(keys)) == 8
        for other, others in found[:i]:
            assert not np.array_equal(shares, other) and not set(keys) & set(others)
    again = one()
    assert all(np.array_equal(a, b) for pair, twin in zip(one(), again, strict=True)
               for a, b in zip(pair, twin, strict=True))


def test_a_batch_is_divided_with_its_keys():
    [batch] = Joint([Flat()], [5], mixup=0.5, dropout=0.1)(0)
    parts = batch.split(2)
    assert [len(part.x) for part in parts] == [3, 2]
    for name in ("x", "keys"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        assert np.array_equal(joined, getattr(batch, name))
    shares = np.concatenate([part.labels["size"] for part in parts])
    assert np.array_equal(shares, batch.labels["size"])
