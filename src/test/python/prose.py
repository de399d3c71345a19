"""Counts words that the style guide replaces, and error messages that do not say what must hold.

    python prose.py [--list] [FILE_OR_FOLDER...]

Without arguments, it reads src, README.md and .github. It checks comments, string literals and names of test methods in
Java files, and all text in Markdown files. `--list` prints each hit with its file and line.
"""

import argparse
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]

AVOID = {
    "stands at/in, lies in": r"\bstands? (?:at|in|for itself|side by side)\b|\blies? in\b",
    "tells, says": r"\b(?:tells?|says?)\b",
    "goes on": r"\b(?:go|goes|going|went) on\b",
    "anew": r"\banew\b",
    "beside": r"\bbeside\b",
    "of one's own": r"\b(?:of )?(?:one's|its|their|his) own\b(?! (?:thread|package|file))",
    "at hand": r"\bat hand\b",
    "is to be": r"\b(?:is|are) to be\b",
    "..., for ...": r", for (?:it|they|there|this|that|he|the|a|what|each|no|else)\b(?! (?:example|instance|each|every))",
    "whoever, who": r"\b[Ww]hoever\b|\bWho [a-z]+s\b|\bwho (?:has|asks|wants|reads|knows|needs)\b",
    "nothing of it": r"\bnothing of (?:it|that|what)\b|\bnone of them is told\b",
    "as what they are": r"\bas what (?:they are|it is)\b",
    "cannot be had": r"\b(?:can|cannot|can't) be had\b",
    "a training, trainings": r"\btrainings\b|\b[Aa] training(?! (?:set|run|step|loop|data|epoch|example|loss|curve|configuration|batch|seed|window|row|sample|error|mode|pass|phase|script|time|program|metric|label|target|state|split|range|image|series|text|sequence|rows))\b",
    "the like": r"\band the like\b|\bthe like\b",
    "minded": r"\bminded\b",
    "told from, tell apart": r"\btold from\b|\btell [a-z ]{0,20}apart\b|\btold apart\b|\b(?:is|are) told\b",
    "hardly": r"\bhardly\b",
    "by heart, wide of, made-up": r"\bby heart\b|\bwide of\b|\bin its course\b|\bdone its service\b|\bmade-up\b|\bmade up\b",
}


def java_texts(text):
    """The comments, string literals and names of test methods of a Java file, with their offsets."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"""(?:\\.|.)*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
    for match in token.finditer(text):
        yield match.start(), match.group()
    for match in re.finditer(r"@(?:Test|Property|ParameterizedTest|TestFactory)\b[^{;]*?\bvoid (\w+)\(", text, re.S):
        words = re.sub(r"([a-z])([A-Z])", r"\1 \2", match.group(1)).replace("_", " ")
        yield match.start(1), words[0] + words[1:].lower()


def texts(path):
    text = path.read_text(encoding="utf-8")
    yield from (java_texts(text) if path.suffix == ".java" else [(0, text)])


def messages(text):
    """The string expressions of a Java file that say what was received, each as one string."""
    literal = r'(?:"(?:\\.|[^"\\\n])*"|"""(?:\\.|.)*?""")'
    for match in re.finditer(r"new \w*(?:Exception|Error)\((.*?)\);", text, re.S):
        message = " ".join(re.findall(literal, match.group(1), re.S))
        if message:
            yield match.start(), message


def files(arguments):
    for name in arguments:
        path = pathlib.Path(name)
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in found:
            if file.suffix in (".java", ".md") and not {"target", "node_modules"} & set(file.parts):
                yield file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("paths", nargs="*", default=[ROOT / "src", ROOT / "README.md", ROOT / ".github"])
    arguments = parser.parse_args()
    counts = dict.fromkeys(AVOID, 0)
    received = must = facts = 0
    for file in files(arguments.paths):
        whole = file.read_text(encoding="utf-8")
        for offset, text in texts(file):
            for name, pattern in AVOID.items():
                for match in re.finditer(pattern, text):
                    counts[name] += 1
                    if arguments.list:
                        line = whole.count("\n", 0, offset + match.start()) + 1
                        around = text[max(0, match.start() - 40) : match.end() + 40].replace("\n", " ")
                        print(f"{file}:{line}: [{name}] …{around}…")
        if file.suffix == ".java" and "main" in file.parts:
            for offset, message in messages(whole):
                if "eceived" in message or "but was" in message or "must" in message:
                    received += 1
                    if re.search(r"\bmust\b|\bcannot\b|\bneeds?\b|\brequires?\b", message):
                        must += 1
                    else:
                        facts += 1
                        if arguments.list:
                            print(f"{file}:{whole.count(chr(10), 0, offset) + 1}: [a fact] {message[:120]}")
    for name, count in counts.items():
        print(f"{count:6} {name}")
    print(f"{sum(counts.values()):6} in all")
    print(f"{received:6} messages state a rule or what was received: {must} say must (or cannot, needs, requires), {facts} state a fact")


if __name__ == "__main__":
    main()
