"""What the project says by the way, as warnings."""

import warnings


def remarks(call, *args):
    """What it returns, and the texts of what it says.

    Of Python's own warnings none: that of a file which another test left open, say, may come at
    any time."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = call(*args)
    return found, [str(told.message) for told in caught if issubclass(told.category, UserWarning)]
