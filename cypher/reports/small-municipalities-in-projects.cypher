// Small municipalities in European projects
//
// Municipalities of fewer than 10,000 inhabitants (or another number) that take or took part in projects, those in the
// most projects first. A municipality whose population is not known is left out.
//
// parameter below: whole number, default 10000, for example 10000 - Fewer inhabitants than this.
// parameter country: country, default null, for example "FR" - Only this country; null for all of them.
// parameter programme: programme, default null, for example "own:urbact-iii" - Only this programme; null for all of them.
//
// column municipality: The municipality.
// column country: Its country, as two letters.
// column population: Its inhabitants.
// column number: In how many projects it is or was.
// column leads: In how many of them it is the lead partner.
// column projects: The projects, the newest first.
// column programmes: What funds them or what they belong to.
// column as_of: The oldest of the dates of the lists that the parts are known from.
// column sources: Who says so.
//
// tags: city, project, programme
// since: 0.1
MATCH (town:City)
WHERE town.population < $below
  AND ($country IS NULL OR town.country = $country)
  AND EXISTS { (town)-[:PARTICIPATES_IN]->() }
MATCH (town)-[part:PARTICIPATES_IN]->(work:Project)
WHERE part.ended IS NULL
  AND ($programme IS NULL OR EXISTS {
    MATCH (work)-[funding:FUNDED_BY]->(:Programme {id: $programme})
    WHERE funding.ended IS NULL
  })
WITH town, part, work
ORDER BY work.start IS NULL, work.start DESC, work.name, work.id
WITH town,
     collect(DISTINCT work) AS works,
     count(DISTINCT CASE
       WHEN part.role STARTS WITH 'lead' OR part.role ENDS WITH ', lead' OR part.role = 'coordinator' THEN work
     END) AS leads,
     min(part.as_of) AS as_of,
     collect(DISTINCT part.sources) AS lists
RETURN town.name AS municipality,
       town.country AS country,
       town.population AS population,
       size(works) AS number,
       leads,
       [work IN works | work.name] AS projects,
       COLLECT {
         UNWIND works AS work
         MATCH (work)-[funding:FUNDED_BY]->(fund:Programme)
         WHERE funding.ended IS NULL
         RETURN DISTINCT fund.name AS name ORDER BY name
       } AS programmes,
       as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY number DESC, country, municipality, town.id;
