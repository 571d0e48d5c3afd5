"""The known mistakes, and how a failed check is matched with them."""

from tubevit_np.conformance.mistakes.in_memory import adapter
from tubevit_np.conformance.mistakes.known import KNOWN
from tubevit_np.conformance.mistakes.matching import named
from tubevit_np.conformance.mistakes.mutant import Mutant
