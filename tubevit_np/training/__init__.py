"""Loss, optimizer, dropout, frozen blocks, the training loop and evaluation."""
