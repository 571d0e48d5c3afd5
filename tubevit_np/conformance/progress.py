"""A progress bar where tqdm is installed, else none."""

try:
    from tqdm import tqdm as progress
except ImportError:
    def progress(items, *description, **options):
        """The items as they are."""
        return items
