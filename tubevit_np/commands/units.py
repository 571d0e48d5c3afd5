"""Sizes, times and counts as people read them."""

TIMES = (("second", 1, 90), ("minute", 60, 90), ("hour", 3600, 48), ("day", 86400, float("inf")))


def in_bytes(size):
    """2.4 MB, 310 MB, 3.2 GB, 24 GB."""
    unit, scale = ("GB", 1e9) if size >= 1e9 else ("MB", 1e6)
    return f"{size / scale:.1f} {unit}" if size < 10 * scale else f"{size / scale:.0f} {unit}"


def in_flops(operations):
    """6.58 GFLOPs, 83.4 TFLOPs."""
    unit, scale = ("TFLOPs", 1e12) if operations >= 1e12 else ("GFLOPs", 1e9)
    return f"{operations / scale:.3g} {unit}"


def in_time(seconds):
    """40 seconds, 1 minute, 12 minutes, 3 hours, 6 days."""
    unit, scale = next((unit, scale) for unit, scale, most in TIMES if seconds <= most * scale)
    return of_several(max(1, round(seconds / scale)), unit)


def of_several(count, noun):
    """1 step, 2 steps."""
    return f"{count} {noun}{'s' * (count != 1)}"
