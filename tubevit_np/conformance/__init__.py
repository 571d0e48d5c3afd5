"""Golden vectors for TubeViT and the command that holds any port of it against them."""

SPEC = "1.0"  # of the vectors: another number, other answers
