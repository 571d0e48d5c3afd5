"""Every picture; the only part of tubevit_np that imports matplotlib."""
