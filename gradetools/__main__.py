"""`python -m gradetools` is the command line."""

from gradetools.cli import main

main()
