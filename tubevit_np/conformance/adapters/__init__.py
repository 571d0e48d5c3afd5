"""The adapters of this project's packages."""
