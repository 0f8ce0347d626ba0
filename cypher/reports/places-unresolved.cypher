// Places that are not resolved
//
// Municipalities that a source names and that could not be joined with one place of a gazetteer, so that facts of one
// city may hang on two nodes: those in the most lists first. In review means that a person should choose among the
// candidates (kg review), unknown that there are none.
//
// parameter country: country, default null, for example "UA" - Only this country; null for all of them.
//
// column place: The name as its source gives it.
// column country: Its country, as two letters, where known.
// column state: In review or unknown.
// column candidates: Places that may be meant, with their ids, the likeliest first.
// column facts: How many facts hang on it.
// column listed_by: Five of the networks, projects and others that name it at the most.
// column as_of: The date of the list that names it.
// column sources: Who names it.
//
// tags: quality, city
// needs: a list of which some places are not recognised (kg load table, kg load covenant, kg load keep)
// since: 0.1
MATCH (town:City)
WHERE town.resolution IS NOT NULL
  AND town.geonames_id IS NULL
  AND town.ended IS NULL
  AND ($country IS NULL OR town.country = $country)
RETURN town.name AS place,
       town.country AS country,
       CASE town.resolution WHEN 'review' THEN 'in review' ELSE town.resolution END AS state,
       // Each candidate is a text of JSON with its id and name.
       [one IN coalesce(town.candidates, []) |
         split(split(one, '"name": "')[1], '"')[0] + ' (' + split(split(one, '"id": "')[1], '"')[0] + ')'] AS candidates,
       COUNT { (town)--(:Entity) } AS facts,
       COLLECT {
         MATCH (town)-[tie]-(other:Entity)
         WHERE type(tie) <> 'LOCATED_IN'
         RETURN DISTINCT other.name AS name ORDER BY name LIMIT 5
       } AS listed_by,
       town.as_of AS as_of,
       town.sources AS sources
ORDER BY facts DESC, country, place, town.id;
