"""What the servers beside the product do as it does, so that they are not slower for it."""

import gc


def freeze_gc() -> None:
    """Garbage collection as the product has it in production."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
