"""The option `activators`: write the activation scripts of some shells only."""

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The scripts of each activator; the names are those of `virtualenv --activators`.
ACTIVATORS: "dict[str, Sequence[str]]" = dict(_native.ACTIVATORS)


def names(value: str) -> "list[str]":
    """Split names with commas between them, and perhaps spaces."""
    return [name.strip() for name in value.split(",") if name.strip()]


def check_names(names: "Iterable[str]") -> None:
    """Raise `ValueError` if a name is not the name of an activator."""
    unknown = sorted(set(names) - set(ACTIVATORS))
    if unknown:
        known = ", ".join(ACTIVATORS)
        raise ValueError(f"no activation scripts for {', '.join(map(repr, unknown))}; there are some for {known}")


def selected(templates: "list[list[str]]", names: "Iterable[str]") -> "list[list[str]]":
    """Return the templates of these activators."""
    wanted = {script for name in names for script in ACTIVATORS[name]}
    return [template for template in templates if template[-1] in wanted]
