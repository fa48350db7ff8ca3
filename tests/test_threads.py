"""Many threads of one process make environments at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Interpreter, snapshot

# Whether the GIL is on before and after; None for an interpreter that always has one.
THREADS = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
is_gil_enabled = getattr(sys, "_is_gil_enabled", lambda: None)
before = is_gil_enabled()
import fastvenv
with_pip = sys.argv[1] == "with pip"
with ThreadPoolExecutor(8) as pool:
    list(pool.map(lambda env_dir: fastvenv.create(env_dir, symlinks=True, with_pip=with_pip), sys.argv[2:]))
print(json.dumps([before, is_gil_enabled()]))
"""


@pytest.mark.parametrize("pip", ["with pip", "without pip"])
def test_64_environments_from_8_threads(small_python: Interpreter, tmp_path: Path, pip: str) -> None:
    """Each is the one of a run alone, the cache is empty at first, and the module does not switch the GIL on."""
    if pip == "with pip" and not small_python.has_ensurepip:
        pytest.skip("this Python has no ensurepip, and so no wheels")
    variables = {**small_python.variables, "FASTVENV_CACHE_DIR": str(tmp_path / "cache")}
    env_dirs = [tmp_path / f"env{number}" for number in range(64)]
    before, after = small_python.answer(THREADS, pip, *env_dirs, env=variables)
    assert before == after
    together = [snapshot(env_dir) for env_dir in env_dirs]
    for env_dir, tree in list(zip(env_dirs, together))[::9]:
        env_dir.rename(env_dir.with_suffix(".before"))
        small_python.answer(THREADS, pip, env_dir, env=variables)
        assert snapshot(env_dir) == tree
    # In the other environments, files without the path of the environment are the same.
    names = [set(tree) for tree in together]
    assert all(found == names[0] for found in names)
