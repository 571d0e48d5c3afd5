"""What depends on tinygrad's version or on the machine."""
