"""Where a token is: fixed sines and cosines of its center (Sec. 3.3, Eq. 3-7)."""

# By NumPy in float64, which not every GPU has; embed gives them the precision of the tokens.
from tubevit_np.model.position import positions, sincos_3d
