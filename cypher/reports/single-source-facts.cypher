// What only one source says of a place
//
// The facts of a city or region that a single source lists, the oldest first: what to confirm before it goes into a
// memo. Facts that no source lists any more are left out.
//
// parameter place: place, for example "geonames:456172" - The city or region.
// parameter before: date, default null, for example "2024" - Only what is known from before this date; null for all.
//
// column what: The kind of fact.
// column with: The other end of it.
// column role: Role, post or status, where the source tells.
// column since: Since when, where the source tells.
// column source: Title of the one source.
// column publisher: Its publisher.
// column trust: Whose word it is: a person's, the network's own, the publisher's, or an aggregator's.
// column as_of: The date for which the source says so, or of its edition.
// column sources: Id of the source.
//
// tags: quality, city, source
// since: 0.1
MATCH (place:Entity {id: $place})-[fact]-(other:Entity)
WHERE fact.ended IS NULL
  AND type(fact) <> 'SELF_LOOP'
WITH fact, other,
     COLLECT {
       UNWIND range(0, size(fact.sources) - 1) AS i
       WITH i WHERE fact.missing[i] = ''
       RETURN DISTINCT fact.sources[i] AS source ORDER BY source
     } AS saying
WHERE size(saying) = 1
OPTIONAL MATCH (source:Source {id: saying[0]})
WITH fact, other, saying, source, coalesce(fact.as_of, source.edition) AS as_of
WHERE $before IS NULL OR as_of < $before
RETURN CASE type(fact)
         WHEN 'MEMBER_OF' THEN 'membership'
         WHEN 'PARTICIPATES_IN' THEN 'project'
         WHEN 'TWINNED_WITH' THEN 'twinning'
         WHEN 'SIGNED' THEN 'charter'
         WHEN 'TOOK_PART_IN' THEN 'event'
         WHEN 'HOLDS_POST' THEN 'person'
         WHEN 'SUCCEEDED_BY' THEN 'merger'
         ELSE toLower(replace(type(fact), '_', ' '))
       END AS what,
       other.name AS with,
       coalesce(fact.role, fact.post, fact.status) AS role,
       fact.since AS since,
       source.title AS source,
       source.publisher AS publisher,
       source.authority AS trust,
       as_of,
       saying AS sources
ORDER BY as_of IS NULL, as_of, what, with, other.id, fact.key;
