"""Data sets as downloaded: tables, folders, splits, caches."""
