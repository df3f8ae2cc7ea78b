"""The entry of `python -m tepat`."""

from tepat.cli import main

main()
