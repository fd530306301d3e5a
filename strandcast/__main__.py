"""`python -m strandcast`, the same as `strandcast`."""

from strandcast.app import main

main()
