"""A progress bar where tqdm is installed."""

from collections.abc import Iterable
from typing import Any

try:
    from tqdm import tqdm as progress
except ImportError:
    def progress(items: Iterable, *description: str, **options: Any) -> Iterable:  # type: ignore[no-redef]
        """Return the items without a progress bar."""
        return items
