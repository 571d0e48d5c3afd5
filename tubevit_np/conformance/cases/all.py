"""All cases in the order of the suite."""

from tubevit_np.conformance.cases import layout, model, operations, refusals, training

MODULES = (layout, operations, model, training, refusals)


def all_cases():
    """Return the list of all cases."""
    return [case for module in MODULES for case in module.cases()]
