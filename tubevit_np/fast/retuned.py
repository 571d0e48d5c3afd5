"""Composite functions of model/ over tuned parts: the reference's own text, written once.

A function looks up the functions that it calls by name in its module.  A copy with another module
behind it calls the tuned ones."""

from types import FunctionType


def retuned(caller, module, names, tuned):
    """Functions of a module of model/, by name, which call those of `tuned` where it has the name.

    caller: the name of the module that takes them;  module: for example model.backward;  names: in
    one string;  tuned: {name: function}."""
    scope = vars(module) | {name: f for name, f in tuned.items() if not name.startswith("_")}
    made = {name: FunctionType(function.__code__, scope, name, function.__defaults__)
            for name in names.split() for function in [getattr(module, name)]}
    scope.update(made)  # they call each other, too
    for name, function in made.items():
        function.__doc__ = getattr(module, name).__doc__
        function.__module__ = caller
    return made.values()
