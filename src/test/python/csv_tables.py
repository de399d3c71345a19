"""Compares tables that TimeTable read with pandas: the counts and means of all numeric columns.

    python csv_tables.py TABLE.tsv FILE.csv '{"sep": ";", "decimal": ","}' FILE2.csv '{}' ...

TABLE.tsv has one line per numeric column: the name of the file, the name of the column, the count and
the mean, separated by tabs, as printed from TimeTable.read(file).table(). Each file is followed by the
arguments of pandas.read_csv as JSON. Columns are paired by their names; a column that pandas does not read
as numbers is reported.
"""

import json
import math
import pathlib
import sys

import pandas as pd


def main(table, *pairs):
    ours = {}
    for line in pathlib.Path(table).read_text().splitlines():
        file, column, count, mean = line.split("\t")
        ours.setdefault(file, {})[column] = (int(count), float(mean))
    differences = 0
    for path, arguments in zip(pairs[::2], pairs[1::2]):
        name = pathlib.Path(path).name
        frame = pd.read_csv(path, **json.loads(arguments))
        numbers = frame.select_dtypes("number").dropna(axis=1, how="all")
        names = [
            f"column {i + 1}" if isinstance(c, int) or c.startswith("Unnamed: ") else c.strip()
            for i, c in enumerate(frame.columns)
        ]
        numbers = numbers.rename(columns=dict(zip(frame.columns, names)))
        theirs = {c: (int(v.count()), float(v.mean())) for c, v in numbers.items()}
        found = {c: v for c, v in ours.get(name, {}).items() if v[0] > 0}
        wrong = [
            c
            for c in theirs.keys() | found.keys()
            if c not in theirs
            or c not in found
            or theirs[c][0] != found[c][0]
            or not math.isclose(theirs[c][1], found[c][1], rel_tol=1e-9, abs_tol=1e-12)
        ]
        differences += len(wrong)
        print(f"{name}: {len(frame)} rows, {len(theirs)} numeric columns, {len(wrong)} differ")
        for c in wrong:
            print(f"    {c}: pandas {theirs.get(c)}, TimeTable {found.get(c)}")
    return differences


if __name__ == "__main__":
    sys.exit(1 if main(*sys.argv[1:]) else 0)
