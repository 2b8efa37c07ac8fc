"""Makes data/train.csv, data/train.parquet (the same rows) and data/test.csv. See README.md.

pip install scikit-learn pyarrow
python make_data.py
"""

import csv
from pathlib import Path

import pyarrow
import pyarrow.parquet
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

DATA = Path(__file__).parent / "data"


def main():
    source = load_breast_cancer()
    names = [name.replace(" ", "_") for name in source.feature_names] + ["malignant"]
    malignant = [int(source.target_names[label] == "malignant") for label in source.target]
    rows = [[*map(float, features), label] for features, label in zip(source.data, malignant, strict=True)]
    train, test = train_test_split(rows, test_size=0.2, random_state=1, stratify=malignant)
    DATA.mkdir(exist_ok=True)
    for part, kept in {"train": train, "test": test}.items():
        with (DATA / f"{part}.csv").open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([names, *kept])
    columns = {name: list(values) for name, values in zip(names, zip(*train, strict=True), strict=True)}
    pyarrow.parquet.write_table(pyarrow.table(columns), DATA / "train.parquet", compression="zstd")
    print(f"train {len(train)} rows, test {len(test)} rows, {len(names) - 1} features")


if __name__ == "__main__":
    main()
