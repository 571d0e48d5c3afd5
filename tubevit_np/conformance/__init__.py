"""Golden vectors for TubeViT, and the command that compares a port with them."""

SPEC = "1.0"  # version of the golden vectors: other answers need another number
