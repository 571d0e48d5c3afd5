"""All known mistakes: those of real ports, and other readings of what the paper leaves open.

They change no shape, so the code still runs.
"""

from tubevit_np.conformance.mistakes.geometry import GEOMETRY
from tubevit_np.conformance.mistakes.gradients import GRADIENTS
from tubevit_np.conformance.mistakes.layers import LAYERS
from tubevit_np.conformance.mistakes.model import MODEL
from tubevit_np.conformance.mistakes.training import TRAINING

KNOWN = [*GEOMETRY, *LAYERS, *MODEL, *GRADIENTS, *TRAINING]
