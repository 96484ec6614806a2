"""Turns `python -m dlsurvey` into the command line."""

from dlsurvey.cli import main

if __name__ == "__main__":
    main()
