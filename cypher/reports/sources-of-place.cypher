// Sources and licences behind a city's facts
//
// Which data sets what the graph says of a city or region comes from, with publisher, licence and address for the
// footnote, those with the most facts first. A fact that several sources list counts for each of them; one that a source
// no longer lists does not count for it.
//
// parameter place: place, for example "geonames:456172" - The city or region.
//
// column source: Title of the data set.
// column publisher: Who publishes it.
// column licence: Its licence, as the publisher states it.
// column url: Where to find it.
// column edition: The newest edition that is loaded, where the edition is the age of the facts.
// column facts: How many facts of the place it lists, the description of the place itself included.
// column kinds: Which kinds of facts these are.
// column newest: The newest of the dates that it gives for them.
// column as_of: The oldest of these dates; the edition where it gives none.
// column sources: Id of the source.
//
// tags: quality, city, source, licence
// since: 0.1
MATCH (place:Entity {id: $place})
CALL (place) {
  RETURN 'description' AS kind, place.sources AS ids, place.missing AS missing, place.given AS given, place.id AS key
  UNION ALL
  MATCH (place)-[fact]-(:Entity)
  WHERE type(fact) <> 'SELF_LOOP'
  RETURN toLower(replace(type(fact), '_', ' ')) AS kind,
         fact.sources AS ids,
         fact.missing AS missing,
         fact.given AS given,
         fact.key AS key
}
UNWIND range(0, size(ids) - 1) AS i
// What a source said is JSON, with the date that it gave, if any.
WITH ids[i] AS id, missing[i] AS gone, kind, key, split(split(given[i], '"as_of":"')[1], '"')[0] AS as_of
WHERE gone = ''
WITH id,
     count(DISTINCT key) AS facts,
     collect(DISTINCT kind) AS some,
     max(as_of) AS newest,
     min(as_of) AS oldest
OPTIONAL MATCH (source:Source {id: id})
RETURN coalesce(source.title, id) AS source,
       source.publisher AS publisher,
       source.licence AS licence,
       source.url AS url,
       source.edition AS edition,
       facts,
       COLLECT { UNWIND some AS kind RETURN kind ORDER BY kind } AS kinds,
       newest,
       coalesce(oldest, source.edition) AS as_of,
       [id] AS sources
ORDER BY facts DESC, source, id;
