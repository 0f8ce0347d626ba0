// What is kept about a person
//
// Everything that the graph holds about a person, source by source, as each gave it: for whoever asks what is stored about
// them. kg forget removes it, and keeps the person out of what is loaded later.
//
// parameter person: person, for example "own:fabrizio-rossi" - The person.
//
// column says: What is said: that there is such a person, or a kind of fact.
// column about: What the fact is with.
// column source: Who says so.
// column row: Which row of that source.
// column given: What the source gave, as it is stored.
// column as_of: The date of the edition that first gave it.
// column missing: The date of the edition that no longer had it, where one had it no longer.
//
// tags: person, quality, source
// since: 0.1
MATCH (person:Entity {id: $person})
CALL (person) {
  RETURN 'the person' AS says, null AS about, properties(person) AS kept, person.id AS key
  UNION ALL
  MATCH (person)-[fact]-(other:Entity)
  RETURN CASE type(fact)
           WHEN 'HOLDS_POST' THEN 'post'
           WHEN 'TOOK_PART_IN' THEN 'event'
           ELSE toLower(replace(type(fact), '_', ' '))
         END AS says,
         other.name AS about,
         properties(fact) AS kept,
         fact.key AS key
}
UNWIND range(0, size(kept.sources) - 1) AS i
RETURN says,
       about,
       kept.sources[i] AS source,
       kept.rows[i] AS row,
       kept.given[i] AS given,
       split(kept.given[i], '"')[3] AS as_of,
       CASE WHEN kept.missing[i] <> '' THEN kept.missing[i] END AS missing
ORDER BY says, about, key, source, row;
