"""`in_process.py MODULE with-pip|bare DIR...`: make environments by `EnvBuilder`; print the seconds of each."""

import importlib
import sys
from time import perf_counter

module, extent, *env_dirs = sys.argv[1:]
builder = importlib.import_module(module).EnvBuilder(symlinks=True, with_pip=extent == "with-pip")
for env_dir in env_dirs:
    start = perf_counter()
    builder.create(env_dir)
    print(perf_counter() - start)
