"""How fast a framework can multiply here: large matrix products, one framework in one process."""
