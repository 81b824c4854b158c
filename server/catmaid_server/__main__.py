"""`python -m catmaid_server` is `catmaid-jupyter`."""

from catmaid_server.cli import main

if __name__ == "__main__":
    main()
