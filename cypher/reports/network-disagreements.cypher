// Facts on a network on which sources disagree
//
// Where the sources that still list a network, or one of its members today, give different values: another founding
// year, since when a city is a member, in which role. The value shown is that of the most trusted source. A source that
// gives no value does not disagree, and neither do alternate names. kg why shows each source's row.
//
// parameter network: network, for example "own:eurocities" - The network, association or other organisation.
//
// column what: The network itself, or a membership.
// column with: The member; empty for the network itself.
// column field: The value in question.
// column shown: What the graph shows.
// column said: What each source gives, as source: value.
// column as_of: The date that goes with what is shown.
// column sources: The sources that differ.
//
// tags: quality, network, source
// since: 0.1
MATCH (network:Entity {id: $network})
CALL (network) {
  RETURN 'the network itself' AS what, null AS other, properties(network) AS shown, network.id AS key
  UNION ALL
  MATCH (network)<-[membership:MEMBER_OF]-(member:Entity)
  WHERE size(membership.sources) > 1
    AND membership.ended IS NULL
  RETURN 'membership' AS what, member.name AS other, properties(membership) AS shown, membership.key AS key
}
// What a source said is JSON whose last entry, "v", has its values.
WITH what, other, shown, key,
     [i IN range(0, size(shown.sources) - 1) WHERE shown.missing[i] = '' |
       {source: shown.sources[i], values: replace(split(shown.given[i], ',"v":{')[1], '\\"', '\'')}] AS statements
UNWIND ['name', 'acronym', 'kind', 'country', 'founded', 'dissolved', 'members_stated', 'website', 'role', 'status', 'since',
        'until'] AS field
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
