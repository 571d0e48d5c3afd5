"""Composite functions of model/ over tuned parts: the reference's own text, written once.

A function looks up the functions that it calls by name in its module.  A copy with another module
behind it calls the tuned ones."""

from types import FunctionType


def retuned(module, names, tuned):
    """Functions of a module of model/, by name, which call those of `tuned` where it has the name.

    module: for example model.backward;  names: in one string;  tuned: {name: function}."""
    scope = vars(module) | tuned
    made = {name: FunctionType(function.__code__, scope, name, function.__defaults__)
            for name in names.split() for function in [getattr(module, name)]}
    scope.update(made)  # they call each other, too
    return made.values()
