"""The built-in clips and images: sprites that move over a background."""
