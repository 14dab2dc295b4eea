"""`python -m actlab.cli`: the command line for whoever has no `actlab` on the path."""

from actlab.cli import main

if __name__ == "__main__":
    main()
