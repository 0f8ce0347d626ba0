// Who worked with us more than once
//
// Cities, regions and organisations that were in several projects together with a city or region, the most faithful
// first.
//
// parameter place: place, for example "geonames:456172" - The city or region.
// parameter at_least: whole number, default 2, for example 2 - How many projects together at the least.
//
// column partner: The partner.
// column country: Its country, as two letters.
// column kind: City, Region or Organisation.
// column number: How many projects both were in.
// column projects: These projects, by start.
// column first: When the first of them began, where known.
// column latest: When the last of them to begin began, where known.
// column twin: Whether the two are twinned as well, today.
// column as_of: The oldest of the dates of the lists that the parts in these projects are known from.
// column sources: Who says so.
//
// tags: city, project, partner
// since: 0.1
MATCH (us:Entity {id: $place})-[own:PARTICIPATES_IN]->(work:Project)<-[part:PARTICIPATES_IN]-(body:Entity)
WHERE body <> us
  AND own.ended IS NULL
  AND part.ended IS NULL
WITH us, own, part, work, body
ORDER BY work.start IS NULL, work.start, work.name, work.id
WITH us, body,
     count(DISTINCT work) AS number,
     collect(DISTINCT work.name) AS projects,
     min(work.start) AS first,
     max(work.start) AS latest,
     min(own.as_of) AS our_date,
     min(part.as_of) AS their_date,
     collect(DISTINCT own.sources) + collect(DISTINCT part.sources) AS lists
WHERE number >= $at_least
RETURN body.name AS partner,
       body.country AS country,
       CASE WHEN body:City THEN 'City' WHEN body:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       number,
       projects,
       first,
       latest,
       EXISTS {
         MATCH (us)-[twinning:TWINNED_WITH]-(body)
         WHERE twinning.ended IS NULL
           AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until)))
       } AS twin,
       CASE WHEN our_date <= their_date THEN our_date ELSE coalesce(their_date, our_date) END AS as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY number DESC, partner, body.id;

// picture
MATCH path = (us:Entity {id: $place})-[own:PARTICIPATES_IN]->(work:Project)<-[part:PARTICIPATES_IN]-(body:Entity)
WHERE body <> us
  AND own.ended IS NULL
  AND part.ended IS NULL
WITH body, count(DISTINCT work) AS number, collect(path) AS paths
WHERE number >= $at_least
RETURN paths
ORDER BY number DESC, body.name, body.id
LIMIT 50;
