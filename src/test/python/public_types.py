"""Lists the public types of the library by package, and those that the published API pages leave out.

    python public_types.py [--all] [FOLDER]

FOLDER is src/main/java by default. A type is left out of the API pages if its Javadoc has the tag `@hidden` or if the pom excludes
its package. Without `--all` only the counts are printed.
"""

import argparse
import collections
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[3]
TYPE = re.compile(r"(/\*\*(?:(?!\*/).)*\*/)?\s*((?:@\w+(?:\([^)]*\))?\s*)*)public (?:final |abstract |sealed |non-sealed )*"
                  r"(?:class|interface|record|enum) (\w+)", re.S)


def excluded_packages():
    pom = (ROOT / "pom.xml").read_text(encoding="utf-8")
    match = re.search(r"<excludePackageNames>(.*?)</excludePackageNames>", pom, re.S)
    return set(match.group(1).replace(",", " ").split()) if match else set()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("folder", nargs="?", default=ROOT / "src/main/java")
    arguments = parser.parse_args()
    folder = pathlib.Path(arguments.folder)
    excluded = excluded_packages()
    published, hidden = collections.defaultdict(list), collections.defaultdict(list)
    for file in sorted(folder.rglob("*.java")):
        package = ".".join(file.parent.relative_to(folder).parts)
        for match in re.finditer(TYPE, file.read_text(encoding="utf-8")):
            if match.group(3) != file.stem:
                continue  # nested types belong to their owner
            out = package in excluded or "@hidden" in (match.group(1) or "")
            (hidden if out else published)[package].append(match.group(3))
    print(f"{'package':36} {'published':>9} {'hidden':>7}")
    for package in sorted(set(published) | set(hidden)):
        print(f"{package:36} {len(published[package]):9} {len(hidden[package]):7}")
        if arguments.all:
            print(f"    published: {', '.join(published[package])}")
            print(f"    hidden: {', '.join(hidden[package])}")
    print(f"{'in all':36} {sum(map(len, published.values())):9} {sum(map(len, hidden.values())):7}")


if __name__ == "__main__":
    main()
