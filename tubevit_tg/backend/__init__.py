"""What depends on tinygrad's version or on the machine, and what tinygrad needs besides formulas."""
