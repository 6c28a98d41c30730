"""Policies as rule files: when to push, to whom, what, and how much at most, in YAML."""
