"""Python runs this at the start of every process that a test or a notebook starts (`tests/recording.py`)."""

import os

if "WIRE_TAP_FILE" in os.environ:
    import wire_tap

    wire_tap.install(wire_tap.write_to(os.environ["WIRE_TAP_FILE"]))
