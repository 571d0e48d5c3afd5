"""The project's tests; tests/conformance judges other ports too."""
