"""What TubeViT is compared with: divided attention, other positions, other tube sets."""
