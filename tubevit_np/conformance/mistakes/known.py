"""All known mistakes: those of real ports, and readings of the paper's open points that differ.

They change no shape: running the code does not show them."""

from tubevit_np.conformance.mistakes.geometry import GEOMETRY
from tubevit_np.conformance.mistakes.gradients import GRADIENTS
from tubevit_np.conformance.mistakes.layers import LAYERS
from tubevit_np.conformance.mistakes.model import MODEL
from tubevit_np.conformance.mistakes.training import TRAINING

KNOWN = [*GEOMETRY, *LAYERS, *MODEL, *GRADIENTS, *TRAINING]
