"""Directives that write the table of options, from which the program, `argparse` and the help are made, too.

`options` writes a table for each group of options: the option, whether `venv` has it, and what it does. `settings`
writes one table: the option, its variable, and the files in which it can be set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from fastvenv import CORE_VENV_DEPS, _native
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Which files can set an option, by its scope.
FILES = {"none": "–", "user": "fastvenv.toml", "project": "fastvenv.toml, pyproject.toml"}


class Options(SphinxDirective):
    """A section with a table for each group."""

    def run(self) -> list[nodes.Node]:
        """Build the sections."""
        titles = ["option", "venv", "what it does"]
        sections: list[nodes.Node] = []
        for group in _native.options():
            title = group["title"]
            section = nodes.section("", nodes.title(text=title[:1].upper() + title[1:]), ids=[nodes.make_id(title)])
            section += table(titles, [self.row(option) for option in group["options"]])
            sections.append(section)
        return sections

    def row(self, option: dict[str, Any]) -> list[nodes.Node]:
        """One option, with the values that it takes."""
        value = "" if option["metavar"] is None else f" {option['metavar']}"
        text = option["help"].format(deps=", ".join(CORE_VENV_DEPS))
        values = f": {', '.join(option['values'])}" if option["values"] else ""
        return [
            nodes.literal(text=", ".join(option["names"]) + value),
            nodes.Text("–" if option["is_new"] else "yes"),
            nodes.Text(f"{text[:1].upper()}{text[1:]}{values}."),
        ]


class Settings(SphinxDirective):
    """One table of what sets each option."""

    def run(self) -> list[nodes.Node]:
        """Build the table."""
        options = [option for group in _native.options() for option in group["options"]]
        rows = [
            [
                nodes.literal(text=option["names"][-1]),
                nodes.literal(text=option["variable"]),
                nodes.Text(FILES[option["scope"]]),
            ]
            for option in options
        ]
        return [table(["option", "variable", "files"], rows)]


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
    """Let Sphinx know the directives."""
    app.add_directive("options", Options)
    app.add_directive("settings", Settings)
    return {"parallel_read_safe": True}
