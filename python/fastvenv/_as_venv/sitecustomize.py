"""What every Python below `fastvenv run` loads first: its folder is in PYTHONPATH.

It takes the folder out of `sys.path`, and lets the `sitecustomize` that the Python would have had run.
"""

import os
import sys


def customize():
    """Do so."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != folder]
    with open(os.path.join(folder, "venv", "hook.py"), "rb") as file:
        hook = {}
        exec(file.read(), hook)
    hook["install"](folder)
    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError:
        pass  # there is none
    # The import of this module, which goes on, looks for one of its name.
    sys.modules.setdefault("sitecustomize", own)


customize()
