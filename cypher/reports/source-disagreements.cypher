// Facts on a city on which sources disagree
//
// Where the sources that still list a city or region, or one of its memberships, twinnings or parts in projects, give
// different values: another year, role or number of inhabitants. The value shown is that of the most trusted source.
// A source that gives no value does not disagree, and neither do alternate names. kg why shows each source's row.
//
// parameter place: place, for example "geonames:456172" - The city or region.
//
// column what: The place itself, or the kind of fact.
// column with: The other end of the fact; empty for the place itself.
// column field: The value in question.
// column shown: What the graph shows.
// column said: What each source gives, as source: value.
// column as_of: The date that goes with what is shown.
// column sources: The sources that differ.
//
// tags: quality, city, source
// needs: several sources on one place (kg load geonames, kg load lau, kg load eurocities)
// since: 0.1
MATCH (place:Entity {id: $place})
CALL (place) {
  RETURN 'the place itself' AS what, null AS other, properties(place) AS shown, place.id AS key
  UNION ALL
  MATCH (place)-[fact]-(end:Entity)
  WHERE size(fact.sources) > 1
    AND type(fact) <> 'SELF_LOOP'
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
         end.name AS other,
         properties(fact) AS shown,
         fact.key AS key
}
// What a source said is JSON whose last entry, "v", has its values.
WITH what, other, shown, key,
     [i IN range(0, size(shown.sources) - 1) WHERE shown.missing[i] = '' |
       {source: shown.sources[i], values: replace(split(shown.given[i], ',"v":{')[1], '\\"', '\'')}] AS statements
UNWIND ['name', 'country', 'level', 'population', 'website', 'dissolved', 'role', 'status', 'since', 'until', 'date',
        'budget_eur', 'closed', 'note'] AS field
WITH what, other, shown, key, field,
     [one IN statements WHERE one.values CONTAINS '"' + field + '":' |
       {source: one.source, text: split(one.values, '"' + field + '":')[1]}] AS said
WITH what, other, shown, key, field,
     [one IN said | {
       source: one.source,
       value: CASE
         WHEN left(one.text, 1) = '"' THEN split(one.text, '"')[1]
         ELSE split(split(one.text, ',')[0], '}')[0]
       END
     }] AS said
WHERE any(one IN said WHERE one.value <> said[0].value)
RETURN what,
       other AS with,
       field,
       toString(shown[field]) AS shown,
       [one IN said | one.source + ': ' + one.value] AS said,
       shown.as_of AS as_of,
       COLLECT { UNWIND said AS one RETURN DISTINCT one.source AS source ORDER BY source } AS sources
ORDER BY what, with, field, key;
