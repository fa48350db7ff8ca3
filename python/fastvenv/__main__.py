"""`python -m fastvenv`."""

from ._cli import run

if __name__ == "__main__":
    run()
