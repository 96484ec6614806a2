"""PyTorch's trainer with one mistake each: what the parity check must catch and name."""
