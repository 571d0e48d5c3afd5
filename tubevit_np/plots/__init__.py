"""Pictures of kernels, models and runs. Only this package of tubevit_np imports matplotlib."""
