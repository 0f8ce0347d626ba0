"""All recommendations by Spark, from an exported snapshot into a file or folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from kg.errors import KgError
from kg.queries.everybody import ENDINGS, check_out, write_everybody
from kg.queries.kinds.kind import Weights
from kg.queries.kinds.names import check_kind
from kg.queries.paths import DEFAULT_TOP, check_top
from kg.queries.ranking import EXISTING
from kg.queries.recommend import weighting_of
from kg.queries.spark.session import check_spark, find_java, spark_session
from kg.queries.validity import parse_as_of


def check_spark_out(out: Path) -> None:
    """Refuse what could not be written, or not by Spark: before anything is started.

    Args:
        out: A file that ends as :data:`kg.queries.everybody.ENDINGS` say, or a new folder, whose name has no ending.

    Raises:
        KgError: Something is there already where a folder should be, there is no folder around it, or pyspark or Java is missing.
    """
    check_spark()
    find_java()
    if out.suffix:
        if out.suffix.lower() not in ENDINGS:
            raise KgError(
                f"--out {out}: its ending does not say how to write it. Known are {', '.join(ENDINGS)}; a name without an ending "
                "is a new folder of Parquet files."
            )
        if out.is_dir():
            raise KgError(f"--out {out} is a folder: name a file in it.")
        check_out(out)
    elif not out.name:
        raise KgError("--out is empty: name a file, or a new folder.")
    elif out.exists():
        raise KgError(f"--out {out} is there already: name a new folder.")
    if not out.absolute().parent.is_dir():
        raise KgError(f"--out {out} cannot be written: there is no folder {out.parent}. Name another one.")


def recommend_all_by_spark(
    snapshot: str | Path,
    out: str | Path,
    *,
    kind: str = "exchange",
    top: int = DEFAULT_TOP,
    as_of: str | date | None = None,
    include_existing: bool = False,
    weights: str | Path | Weights | None = None,
    report: Callable[[str], None] | None = None,
) -> int:
    """Write the best partners of every place, as :func:`kg.queries.everybody.recommend_all` gives them, and return how many rows.

    Args:
        snapshot: The folder of an exported snapshot; all machines of Spark have to see it.
        out: A file that ends in ``.csv``, ``.parquet`` or ``.arrow``; or a new folder, into which the machines write Parquet files,
            whose names are in the order of the rows.
        kind: ``exchange``, ``project`` or ``twinning``.
        top: How many for each.
        as_of: Answer as of this date (partial: its last day); today unless given.
        include_existing: Keep those with a current twinning or a running common project.
        weights: A weights file to use instead of the package's, or weights.
        report: Hears what is done next.

    Raises:
        KgError: An option makes no sense, something is missing or cannot be written, or Spark broke off.
    """
    folder, target = Path(snapshot).expanduser(), Path(out).expanduser()
    checked, day = check_kind(kind), parse_as_of(as_of)
    check_top(top)
    weighting, _ = weighting_of(checked, weights)
    check_spark_out(target)
    from kg.queries.spark.everybody import check_snapshot, everybody_of, recommend_by_spark

    check_snapshot(folder)
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    draft = target.absolute().with_name(f".{target.name}.{os.getpid()}.part")
    tell = report or (lambda _: None)
    tell("Starting Spark")
    try:
        with spark_session() as session:
            number = recommend_by_spark(
                session,
                folder,
                draft,
                weights=weighting,
                existing=() if include_existing else EXISTING[checked],
                top=top,
                as_of=day,
                report=report,
            )
        if target.suffix:
            write_everybody(everybody_of(draft, weighting), target)
        else:
            draft.rename(target)
        return number
    except (PySparkException, Py4JError) as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise KgError(
            f"Spark broke off: {said[0][:300]} Nothing was written. KG_SPARK_MEMORY gives its Java more memory than 2g; docs/scale.md "
            "says what its machines need."
        ) from error
    except OSError as error:
        raise KgError(f"--out {target} cannot be written: {error.strerror or error}. Name another one.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
