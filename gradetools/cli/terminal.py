"""A terminal that no name, comment or file name can steer.

Theory of operation. A terminal obeys what it is sent: an escape sequence in a student's name could move
the cursor, overwrite a line that was read already, set the window's title or make a link; an override
of the writing direction shows a name or a number in another order. Rich takes out some of it, not ESC. So
such characters are replaced where rich first meets a text; rich's own colours come later and stay. Markup such
as `[red]` is another matter: what is not ours is escaped where it is put into a sentence.
"""

from __future__ import annotations

import re
from typing import Any

from rich.console import Console
from rich.text import Text

#: Control characters but tab and line end, overrides of the writing direction, and half characters, which no
#: terminal can be sent. What joins letters in Persian or in an emoji stays.
_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Terminal(Console):
    """Rich's console, sent only what can be read."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - handed on as it comes
        """Turn a text into what is shown, each character that could steer the terminal shown as `�`."""
        return super().render_str(_STEERING.sub("\ufffd", text), **options)


def escape_json(text: str) -> str:
    """Write in JSON text as numbers what could steer a terminal; a program reads the same."""
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
