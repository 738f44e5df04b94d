"""Where the commands print for people."""

from rich.console import Console


def plain_console() -> Console:
    """Nothing coloured by guess; wide enough for a table where there is no terminal to ask."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=160)
