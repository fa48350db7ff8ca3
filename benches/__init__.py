"""How fast fastvenv is, beside its peers: `python -m nox -s bench` measures, `docs/benchmarks/` has the results."""
