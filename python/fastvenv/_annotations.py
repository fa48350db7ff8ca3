"""The names in annotations that would be slow to import.

Annotations are strings. When `typing.get_type_hints` evaluates them, these names load what they stand for: where it
finds a string in the place of a type, it evaluates that, too. Type checkers read `_annotations.pyi`.
"""

# The module behind `collections.abc`, which Python has loaded.
from _collections_abc import Iterable, Sequence  # noqa: F401

Any = "__import__('typing').Any"
Activator = "__import__('fastvenv._types', fromlist=['Activator']).Activator"
ContextNamespace = "__import__('fastvenv._types', fromlist=['ContextNamespace']).ContextNamespace"
EnvDir = "__import__('fastvenv._types', fromlist=['EnvDir']).EnvDir"
LinkMode = "__import__('fastvenv._types', fromlist=['LinkMode']).LinkMode"


class _Special:
    """A name of `typing` that takes types in brackets."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getitem__(self, types: object) -> object:
        import typing

        return getattr(typing, self._name)[types]


Literal = _Special("Literal")
Optional = _Special("Optional")
Union = _Special("Union")
