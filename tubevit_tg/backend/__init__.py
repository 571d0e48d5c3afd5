"""What depends on tinygrad's version or on the machine, and what it needs besides formulas."""
