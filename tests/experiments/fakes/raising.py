"""An adapter whose framework cannot be imported."""

raise ImportError("libfake.so: cannot open shared object file")
