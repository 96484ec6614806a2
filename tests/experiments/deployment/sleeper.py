"""Answers once and then never again."""

import sys
import time

if __name__ == "__main__":
    sys.stdout.write('"awake"\n"cut o')
    sys.stdout.flush()
    time.sleep(600)
