"""Warnings of the project."""

import warnings


def remarks(call, *args):
    """Call a function; return its result and the texts of its warnings.

    Python's other warnings are left out: for example, one about a file that another test did not
    close may come at any time."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call(*args)
    return result, [str(warning.message) for warning in caught
                    if issubclass(warning.category, UserWarning)]
