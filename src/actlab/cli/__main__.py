"""`python -m actlab.cli`: the command line for whoever has no `actlab` on the path."""

from actlab.cli.application import main

if __name__ == "__main__":
    main()
