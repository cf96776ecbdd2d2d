"""A program that takes espeak-ng's arguments and, instead of speaking, writes down what it was told.

    python voice.py FOLDER -v nl -a 100 -s 150 --stdin  < text

What it is told goes to FOLDER/said, a line of JSON each; FOLDER/manners has how it behaves (see `Manners`).
It runs for every sentence, so it imports next to nothing and is started without site packages (python -IS).
"""

import json
import os
import sys
import time
from pathlib import Path


def main() -> int:
    folder, *arguments = sys.argv[1:]
    options = dict(zip(arguments, [*arguments[1:], ""], strict=True))
    manners = json.loads(Path(folder, "manners").read_text())
    language = options.get("-v", "en")
    if language in manners["lacks"]:
        sys.stderr.write("Error: The specified espeak-ng voice does not exist.\n")
        return 1
    text = sys.stdin.read()
    if "-q" in options:
        sys.stdout.write(f"[[{text}]]\n")
        return 0
    told = {"text": text, "language": language, "amplitude": int(options["-a"]), "pid": os.getpid()}
    with Path(folder, "said").open("a") as file:
        file.write(json.dumps(told) + "\n")
    if manners["hangs"]:
        time.sleep(3600)
    if manners["signs_per_s"]:
        time.sleep(len(text) / manners["signs_per_s"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
