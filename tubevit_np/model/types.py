"""Short names for the types in signatures; tubevit_tg/model/types.py has them for Tensors."""

from typing import Any

import numpy as np

Array = np.ndarray
Arrays = dict[str, Array]  # {name: array}: the weights of a layer, a cache, gradients, logits
Params = dict[str, Any]  # the nested tree of parameters, or a branch of it
Size = tuple[Any, ...]  # (t, h, w), whole numbers of frames and pixels, or of tokens
