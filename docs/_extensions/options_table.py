"""The directive `options-table`: the options of the command line, from the table that the program reads them by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from fastvenv import _native
from fastvenv._cli import _parser
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class OptionsTable(SphinxDirective):
    """A table: an option with its short name and its value, whether `venv` has it, and its help."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        helps = {name: action.help for action in _parser()._actions for name in action.option_strings}
        rows = [self.row(option, helps) for option in _native.options()]
        return [table(["option", "venv", "what it does"], rows)]

    def row(self, option: Any, helps: dict[str, str | None]) -> list[nodes.Node]:
        """One option; its help is that of `--help`, where values that depend on the Python are filled in."""
        names = ", ".join(option["names"])
        value = "" if option["value"] is not None else f" {option['metavar'] or option['dest'].upper()}"
        help_text = helps[option["names"][-1]] or ""
        return [
            nodes.literal(text=names + value),
            nodes.Text("–" if option["is_new"] else "yes"),
            nodes.Text(help_text[:1].upper() + help_text[1:] + "."),
        ]


def table(titles: list[str], rows: list[list[nodes.Node]]) -> nodes.table:
    """A table with a head."""
    group = nodes.tgroup(cols=len(titles))
    group += [nodes.colspec(colwidth=1) for _ in titles]
    group += nodes.thead("", row([nodes.Text(title) for title in titles]))
    group += nodes.tbody("", *map(row, rows))
    return nodes.table("", group)


def row(cells: list[nodes.Node]) -> nodes.row:
    """One line of it."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx know the directive."""
    app.add_directive("options-table", OptionsTable)
    return {"parallel_read_safe": True}
