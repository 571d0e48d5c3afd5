"""Training in tinygrad: loss, optimizer, mixed precision, the training loop, evaluation."""
