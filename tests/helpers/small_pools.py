"""Generated clips with few objects and few backgrounds. Painting the usual 2,000 takes a second.

Imported by conftest.py, and by tiny.py for the scripts that tests start."""

from contextlib import contextmanager

from tubevit_np.data.generated import scenes, sprites

USUAL = {make: make.__defaults__ for make in (scenes.make_pools, sprites.make_pools)}
FEW = {scenes.make_pools: (48, 27), sprites.make_pools: (48, 6, 6)}  # size, counts


def set_counts(defaults):
    """Set the default arguments of the functions that paint."""
    for make, values in defaults.items():
        make.__defaults__ = values


@contextmanager
def usual_counts():
    from tubevit_np.data.sources import generated_pools

    generated_pools.cache_clear()
    set_counts(USUAL)
    yield
    generated_pools.cache_clear()
    set_counts(FEW)


set_counts(FEW)
