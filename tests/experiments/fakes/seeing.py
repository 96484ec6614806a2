"""An adapter that sees a GPU, whatever the machine has, and says more than was asked."""

print("a framework's own greeting")


def sees_gpu() -> bool:
    return True
