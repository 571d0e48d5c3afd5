"""The paper's ablations in small (Tables 5 to 9)."""
