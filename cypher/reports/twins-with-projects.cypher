// Twin towns that also share projects
//
// Those of a place's twin towns of today with which it is or was in a project as well, the most projects first: where
// the twinning lives on in common work.
//
// parameter place: place, for example "geonames:456172" - The city or region.
// parameter running: yes or no, default false, for example true - Only projects that have not ended.
//
// column twin: The twin.
// column country: Its country, as two letters.
// column twinned_since: Twinned since, where a source tells.
// column number: How many projects both are or were in.
// column projects: These projects, the newest first.
// column latest_end: When the last of them ended or ends, where known.
// column as_of: The oldest of the dates of the lists that the twinning and the projects are known from.
// column sources: Who says so.
//
// tags: city, twinning, project
// needs: twin towns (kg fetch wikidata, kg load wikidata)
// since: 0.1
MATCH (us:Entity {id: $place})-[twinning:TWINNED_WITH]-(other:City|Region)
WHERE twinning.ended IS NULL
  AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until)))
MATCH (us)-[own:PARTICIPATES_IN]->(work:Project)<-[part:PARTICIPATES_IN]-(other)
WHERE own.ended IS NULL
  AND part.ended IS NULL
  AND (NOT $running OR work.end IS NULL OR work.end >= left(toString(date()), size(work.end)))
WITH other, twinning, own, part, work
ORDER BY work.start IS NULL, work.start DESC, work.name, work.id
WITH other,
     min(twinning.since) AS twinned_since,
     count(DISTINCT work) AS number,
     collect(DISTINCT work.name) AS projects,
     max(work.end) AS latest_end,
     collect([twinning.as_of, own.as_of, part.as_of]) AS dates,
     collect(DISTINCT twinning.sources) + collect(DISTINCT own.sources) + collect(DISTINCT part.sources) AS lists
RETURN other.name AS twin,
       other.country AS country,
       twinned_since,
       number,
       projects,
       latest_end,
       COLLECT {
         UNWIND dates AS some UNWIND some AS day
         WITH day WHERE day IS NOT NULL
         RETURN day ORDER BY day LIMIT 1
       }[0] AS as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY number DESC, twin, other.id;
