"""Activation scripts of some shells alone (`activators`)."""

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
    """Refuse, with `ValueError`, a name that is no activator's."""
    unknown = sorted(set(names) - set(ACTIVATORS))
    if unknown:
        known = ", ".join(ACTIVATORS)
        raise ValueError(f"no activation scripts for {', '.join(map(repr, unknown))}; there are some for {known}")


def selected(templates: "list[list[str]]", names: "Iterable[str]") -> "list[list[str]]":
    """The templates of the activators with those names."""
    wanted = {script for name in names for script in ACTIVATORS[name]}
    return [template for template in templates if template[-1] in wanted]
