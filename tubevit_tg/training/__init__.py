"""Training in tinygrad: loss, optimizer, precision, the loop."""
