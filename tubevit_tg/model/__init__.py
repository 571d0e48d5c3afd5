"""tubevit_np/model in tinygrad, to be laid beside it."""
