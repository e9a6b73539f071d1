"""``python -m deploygen`` is the command ``deploygen``."""

from deploygen.cli import main

main()
