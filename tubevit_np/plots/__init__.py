"""Every picture; the only package that imports matplotlib."""
