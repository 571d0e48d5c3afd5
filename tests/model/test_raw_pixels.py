"""Float pixels from 0 to 1 or to 255, as other libraries give them: a warning with the way out."""

from dataclasses import replace

import numpy as np
import pytest
import small
from remarks import remarks

import tubevit_np as tv
from tubevit_np import fast
from tubevit_np.model.checks import warn_of_raw_pixels

CFG = replace(small.MODEL, mean=0.45, std=0.25)
PIXELS = np.random.default_rng(0).integers(0, 256, (2, 7, 10, 13, CFG.channels), np.uint8)
UNIT = (PIXELS / 255).astype(np.float32)


def told(x, cfg=CFG):
    return remarks(warn_of_raw_pixels, x, cfg)[1]


@pytest.mark.parametrize("forward", [tv.forward, fast.forward, tv.variants.forward])
def test_forward_warns_once_with_the_way_out(forward):
    params = tv.init(CFG, np.random.default_rng(0))
    for x, words in ((UNIT, "from 0 to 1; the model expects -1.8 to 2.2: .* uint8, or (x - 0.45)"),
                     (255 * UNIT[:, 0], "from 0 to 255; .* or (x / 255 - 0.45) / 0.25")):
        texts = [text for _ in range(2) for text in remarks(forward, params, x, CFG, "verb")[1]]
        assert len(texts) == 1 and all(part in texts[0] for part in words.split(".*"))
    right = (UNIT - np.float32(0.45)) / np.float32(0.25)  # what the warning advises
    assert np.allclose(forward(params, right, CFG, "verb")[0],
                       forward(params, PIXELS, CFG, "verb")[0], rtol=1e-4)


@pytest.mark.parametrize("x", [
    PIXELS, (UNIT - 0.45) / 0.25, np.zeros_like(UNIT), 0.2 + UNIT, np.full_like(UNIT, 0.7),
    0.3 + 0.7 * UNIT, UNIT - 0.1, np.full_like(UNIT, np.nan)],
    ids=["uint8", "normalized", "black", "bright", "gray", "pale", "below 0", "NaN"])
def test_no_warning_for_usual_clips(x):
    assert told(x) == []


def test_no_warning_where_floats_from_0_to_1_are_right():
    plain = replace(CFG, mean=0.0, std=1.0)
    assert told(UNIT, plain) == [] and told(255 * UNIT, CFG) != []
