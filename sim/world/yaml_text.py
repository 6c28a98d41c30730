"""Data as YAML that people can read and that `sim.world.yaml_source` reads back as it was."""

from __future__ import annotations

import re
from typing import Any

import yaml

# What needs no quotes; all other text has them, for "00:30", "1e3" and "n" are no text to every reader of YAML.
_WORD = re.compile(r"(?![ynYN]$)[A-Za-z_][\w-]*|[12]H", re.ASCII)


def yaml_text(data: Any, *, compact: bool = False) -> str:
    """`data` of dicts, lists and scalars as YAML; `compact` puts what is not nested any further on one line."""
    flow = None if compact else False
    text: str = yaml.dump(data, None, _Dumper, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """What is there twice is written twice: the reader takes no aliases."""
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        """PyYAML takes one line for scalars without quotes only."""
        if flow_style is None and self.default_flow_style is not False:
            flow_style = not any(isinstance(value, dict | list) for value in mapping.values())
        return super().represent_mapping(tag, mapping, flow_style)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None if _WORD.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
