"""Composite functions of model/ over tuned parts, without a second copy of their source.

A function finds the functions that it calls by name in the globals of its module. A copy of the
function with other globals calls the tuned functions.
"""

from types import FunctionType


def retuned(caller, module, names, tuned):
    """Copy functions of a module of model/ so that they call the functions in `tuned`.

    caller: name of the module that gets the copies. module: for example model.backward. names: of
    the functions, in one string. tuned: {name: function}.
    """
    scope = vars(module) | {name: f for name, f in tuned.items() if not name.startswith("_")}
    copies = {name: FunctionType(function.__code__, scope, name, function.__defaults__)
              for name in names.split() for function in [getattr(module, name)]}
    scope.update(copies)  # the copies call each other, too
    for name, function in copies.items():
        function.__doc__ = getattr(module, name).__doc__
        function.__annotations__ = getattr(module, name).__annotations__
        function.__module__ = caller
    return copies.values()
