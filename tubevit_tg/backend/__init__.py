"""Devices, stored arrays and BLAS: code that depends on tinygrad's version or on the machine."""
