"""Short names for the types in signatures; tubevit_np/model/types.py has them for NumPy arrays."""

from typing import Any

from tinygrad import Tensor

Array = Tensor
Arrays = dict[str, Array]  # {name: array}: the weights of a layer, a cache, gradients, logits
Params = dict[str, Any]  # the nested tree of parameters, or a branch of it
Size = tuple[Any, ...]  # (t, h, w), whole numbers of frames and pixels, or of tokens
