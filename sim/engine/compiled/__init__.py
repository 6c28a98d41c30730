"""The compiled engine: all viewers of a window as loops over fixed-size records; `reference` says the same plainly."""
