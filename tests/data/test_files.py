"""Files: what is said of one that cannot be read, and what is found in a header."""

from pathlib import Path

import polars as pl
import pytest

from actlab.data import DataError, UsageError, read

PATIENTS = pl.DataFrame({"age": [20 + 3 * row % 50 for row in range(60)], "outcome": [0, 1, 1] * 20})


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        ("sklearn:linnerud", UsageError, "three targets"),
        ("sklearn:breast_canser", UsageError, "did you mean `breast_cancer`"),
        ("patient.csv", UsageError, "There is no file.*did you mean `patients.csv`"),
        (".", UsageError, "is a folder; name a file in it: `binary.csv`, `broken.parquet`, .* more"),
        ("patints.csv", UsageError, r"\(did you mean `patients.csv` or `patients.parquet`\?\)"),
        ("patints.pq", UsageError, r"\(did you mean `patients.parquet` or `patients.csv`\?\)"),
        ("https://example.org/patients.csv", UsageError, "reads local files only: download it first"),
        ("patients.xlsx", UsageError, "ends in `.xlsx`.*save the table as CSV"),
        ("empty.csv", DataError, "is empty"),
        ("header.csv", DataError, "no rows"),
        ("broken.parquet", DataError, "cannot be read as parquet"),
        ("binary.csv", DataError, "cannot be read as csv"),
        ("latin.csv", DataError, r"\(line 3,002 is not written in UTF-8\): save it as UTF-8"),
        ("latin_header.csv", DataError, r"\(line 1 is not written in UTF-8\): save it as UTF-8"),
        ("ragged.csv", DataError, r"\(line 4 has 4 fields and the header 2\): .* holds a separator \(`,`\)"),
        ("quotes.csv", DataError, r"\(the quotes of line 3 are never closed\): close"),
    ],
)
def test_unreadable_sources(source, kind, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    PATIENTS.write_csv("patients.csv")
    PATIENTS.write_parquet("patients.parquet")
    (tmp_path / "patients.xlsx").write_bytes(b"PK")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "header.csv").write_text("a,outcome\n")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no, it is not")
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 20)
    (tmp_path / "latin.csv").write_bytes(b"a,outcome\n" + b"1,2\n" * 3000 + b"1,d\xe9c\n")
    (tmp_path / "latin_header.csv").write_bytes(b"\xe2ge,outcome\n1,2\n")
    (tmp_path / "ragged.csv").write_text('a,outcome\n"1\n",2\n1,2,3,4\n')
    (tmp_path / "quotes.csv").write_text('a,outcome\n1,2\n1,"2\n1,2\n')
    with pytest.raises(kind, match=words) as caught:
        read(source, "outcome")
    assert one_sentence(str(caught.value))


def test_file_without_permission(tmp_path, monkeypatch):
    path = tmp_path / "patients.csv"
    PATIENTS.write_csv(path)

    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UsageError, match=r"no permission to read .*patients\.csv: ") as caught:
        read(path, "outcome")
    assert one_sentence(str(caught.value))


@pytest.mark.parametrize("separator", [",", ";"])
def test_names_that_stand_in_the_header_twice_are_found(separator, tmp_path):
    path = tmp_path / "patients.csv"
    rows = [f"{row * row},{row % 7},{row % 5},{row % 9},{row % 2}" for row in range(60)]
    path.write_text("\n".join(['age,"age",dose,age,outcome', *rows]).replace(",", separator))
    table = read(path, "outcome")
    assert table.frame.columns == ["age", "age_duplicated_0", "dose", "age_duplicated_1"]
    finding = next(each for each in table.findings if each.code == "D121")
    assert "names `age` more than once" in finding.sentence
    assert "called `age_duplicated_0`, `age_duplicated_1` here" in finding.sentence


def test_names_that_differ_are_no_finding(tmp_path):
    path = tmp_path / "patients.csv"
    PATIENTS.write_csv(path)
    assert "D121" not in [each.code for each in read(path, "outcome").findings]


MARKS = ["-", "--", "–", ".", "..", "#N/A", "#NA", "<NA>", "#N/A N/A", "N/A", "-NaN", "?", " ", " - "]


def written(tmp_path, cells):
    path = tmp_path / "patients.csv"
    path.write_text(
        "age,outcome\n" + "".join(f"{cell},{row % 2}\n" for row, cell in enumerate(cells)), encoding="utf-8"
    )
    return read(path, "outcome")


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("unit", ["", ".5"])
def test_marks_among_numbers_are_gaps(mark, unit, tmp_path):
    table = written(tmp_path, [f"{20 + row * row % 50}{unit}" if row % 20 else mark for row in range(60)])
    assert table.named("numeric") == ("age",)
    assert table.columns[0].missing == 3
    assert table.frame["age"][1] == float(f"21{unit}")


@pytest.mark.parametrize("values", [("+", "-"), ("a", "."), ("-", "?")])
def test_marks_among_words_stay_words(values, tmp_path):
    table = written(tmp_path, [values[row // 2 % 2] for row in range(60)])
    assert table.named("categorical") == ("age",)
    assert set(table.frame["age"].drop_nulls()) == {*values} - {"?"}


def one_sentence(text: str) -> bool:
    return "\n" not in text and text.endswith(".") and "Traceback" not in text
