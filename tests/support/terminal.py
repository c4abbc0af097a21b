# SPDX-License-Identifier: MIT
"""What must not reach a terminal from anybody's names: raw control bytes, bytes that are no UTF-8, and characters that
show nothing or change what their neighbours look like."""
import re
import unicodedata

COLOUR = re.compile(rb"\033\[[0-9;]*m")
PROGRESS = re.compile(rb"\r|\033\[K")
DECEPTIVE = ("Cc", "Cf", "Cs", "Zl", "Zp")
# What shows nothing though it counts as a letter or a mark: two names that differ would look alike.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
                    "\U000e0000-\U000e0fff]")


def unprintable(output, colour=False, progress=False):
    """The first offences in some bytes, as text; empty if there is none. Colour and progress are the program's own."""
    if colour:
        output = COLOUR.sub(b"", output)
    if progress:
        output = PROGRESS.sub(b"", output)
    try:
        text = output.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"no UTF-8: {output[max(error.start - 60, 0):error.start + 20]!r}"
    for at, char in enumerate(text):
        if char not in "\n\t" and (unicodedata.category(char) in DECEPTIVE or UNSEEN.match(char)):
            return f"U+{ord(char):04X} in {text[max(at - 60, 0):at + 20]!r}"
    return ""
