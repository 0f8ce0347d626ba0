"""The verbs of the knowledge graph about partnerships: whom to work with, why, and why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from kg.database.connection import Connection

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from kg.queries.brief import Brief, BriefOptions
    from kg.queries.consortium_results import Consortium
    from kg.queries.consortium_rules import Rules
    from kg.queries.kinds.kind import Weights
    from kg.queries.members import Location
    from kg.queries.path_results import Explanation
    from kg.queries.recommend import RecommendOptions
    from kg.queries.results import Recommendations
    from kg.queries.why_not import WhyNot


class Partnerships:
    """The part of :class:`kg.graph.KnowledgeGraph` that recommends and explains."""

    connection: Connection

    def recommend(self, place: str, **options: Unpack[RecommendOptions]) -> Recommendations:
        """Return the best partners for a city or region, each with its reasons; see :func:`kg.queries.recommend.recommend`.

        Options are ``kind``, ``top``, ``countries``, ``exclude_countries``, ``min_population``, ``max_population``, ``as_of``,
        ``include_existing``, ``engine``, ``regions``, ``themes``, ``networks``, ``newcomers``, ``spread`` and ``weights``;
        :class:`kg.queries.recommend.RecommendOptions` says what each means.
        """
        from kg.queries.recommend import recommend

        return recommend(self.connection, place, **options)

    def recommend_all(
        self,
        *,
        kind: str = "exchange",
        top: int = 10,
        as_of: str | date | None = None,
        include_existing: bool = False,
        weights: str | Path | Weights | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> pa.Table:
        """Return the best partners of every place as an Arrow table; see :func:`kg.queries.everybody.recommend_all`."""
        from kg.queries.everybody import recommend_all

        return recommend_all(
            self.connection,
            kind=kind,
            top=top,
            as_of=as_of,
            include_existing=include_existing,
            weights=weights,
            progress=progress,
        )

    def recommend_all_by_spark(
        self,
        out: str | Path,
        *,
        kind: str = "exchange",
        top: int = 10,
        as_of: str | date | None = None,
        include_existing: bool = False,
        weights: str | Path | Weights | None = None,
        report: Callable[[str], None] | None = None,
    ) -> int:
        """Write the best partners of every place, computed by Apache Spark, to a file or a new folder; return how many rows.

        The snapshot is exported beside ``out`` meanwhile; see :func:`kg.queries.spark.run.recommend_all_by_spark`, which takes one
        that is exported already.
        """
        from tempfile import TemporaryDirectory

        from kg.queries.export.snapshot import export_snapshot
        from kg.queries.spark.run import check_spark_out, recommend_all_by_spark

        target = Path(out).expanduser().absolute()
        check_spark_out(target)
        with TemporaryDirectory(prefix=f".{target.name}.", suffix=".snapshot", dir=target.parent) as folder:
            (report or (lambda _: None))("Reading the graph")
            export_snapshot(self.connection, folder)
            return recommend_all_by_spark(
                folder,
                target,
                kind=kind,
                top=top,
                as_of=as_of,
                include_existing=include_existing,
                weights=weights,
                report=report,
            )

    def score_pairs(
        self,
        pairs: Sequence[tuple[str, str]],
        *,
        kind: str = "exchange",
        as_of: str | date | None = None,
        weights: str | Path | Weights | None = None,
    ) -> NDArray[np.float64]:
        """Return the score of each pair of ids, shape ``(n,)``; see :func:`kg.queries.pairs.score_pairs`."""
        from kg.queries.pairs import score_pairs

        return score_pairs(self.connection, pairs, kind=kind, as_of=as_of, weights=weights)

    def explain(
        self,
        start: str,
        end: str,
        *,
        kind: str = "exchange",
        top: int = 10,
        as_of: str | date | None = None,
        engine: str = "live",
        weights: str | Path | Weights | None = None,
    ) -> Explanation:
        """Return why two places should work together; see :func:`kg.queries.explain.explain`."""
        from kg.queries.explain import explain

        return explain(self.connection, start, end, kind=kind, top=top, as_of=as_of, engine=engine, weights=weights)

    def locations(self, partners: Recommendations) -> dict[str, Location]:
        """Return where a place and the partners recommended to it are, for :func:`kg.pictures.write_map`.

        Returns:
            Latitude and longitude in degrees, by id; without those of whom the graph does not know it.
        """
        from kg.queries.members import locations

        return locations(
            self.connection, [partners.query.partner.id, *(row.partner.id for row in partners.recommendations)]
        )

    def why_not(self, place: str, other: str, **options: Unpack[RecommendOptions]) -> WhyNot:
        """Return why a place is not recommended to another; options of :func:`kg.queries.recommend.recommend`."""
        from kg.queries.why_not import why_not

        return why_not(self.connection, place, other, **options)

    def brief(self, start: str, end: str, **options: Unpack[BriefOptions]) -> Brief:
        """Return two places on one page for a meeting; see :func:`kg.queries.brief.brief`."""
        from kg.queries.brief import brief

        return brief(self.connection, start, end, **options)

    def consortium(
        self,
        lead: str,
        *,
        theme: str,
        rule: str,
        size: int,
        kind: str = "project",
        including: str | Sequence[str] = (),
        without: str | Sequence[str] = (),
        theme_members: int | str = 1,
        as_of: str | date | None = None,
        time_limit: float = 10.0,
    ) -> Consortium:
        """Return the partners that satisfy a call's rule and fit each other best; see :func:`kg.queries.consortium.consortium`."""
        from kg.queries.consortium import consortium
        from kg.queries.pairs import score_pairs
        from kg.queries.validity import parse_as_of

        day = parse_as_of(as_of)
        return consortium(
            self.connection,
            lead,
            theme,
            rule,
            size,
            score_pairs=partial(score_pairs, self.connection, as_of=day),
            kind=kind,
            including=including,
            without=without,
            theme_members=theme_members,
            as_of=day,
            time_limit=time_limit,
        )

    def rules(self) -> Rules:
        """Return what calls ask of a consortium, with sources; see :mod:`kg.queries.consortium_rules`."""
        from kg.queries.consortium_rules import all_rules

        return all_rules()
