// Organisations within two steps
//
// Which organisations a network, association or other organisation reaches directly, as a member or part of one another
// or as who runs its work, or by way of one thing in common: an organisation, a project, a programme or an event. What
// ended is left out; cities and regions are not steps.
//
// parameter organisation: organisation, for example "own:cemr" - The organisation to start from.
// parameter kind: text, default null, for example "association" - Only organisations of this kind; null for all of them.
//
// column steps: One or two.
// column organisation: The organisation reached.
// column kind: Its kind, where a source tells.
// column country: Country of its seat, as two letters, where a source tells.
// column number: By how many ways it is reached.
// column ways: Five of these ways at the most, the direct ones first.
// column as_of: The oldest of the dates of the lists that these ways are known from.
// column sources: Who says so.
//
// tags: organisation, network
// since: 0.1
MATCH (us:Entity {id: $organisation})
CALL (us) {
  MATCH (us)-[tie:MEMBER_OF|PART_OF]-(other:Organisation)
  WHERE tie.ended IS NULL
    AND (tie.until IS NULL OR tie.until >= left(toString(date()), size(tie.until)))
  RETURN other,
         1 AS steps,
         CASE type(tie)
           WHEN 'MEMBER_OF' THEN CASE WHEN startNode(tie) = us THEN 'is a member of it' ELSE 'has it as member' END
           ELSE CASE WHEN startNode(tie) = us THEN 'is part of it' ELSE 'has it as part' END
         END AS way,
         [tie.as_of] AS dates,
         [tie.sources] AS lists
  UNION ALL
  MATCH (us)-[one:MEMBER_OF|PART_OF|PARTICIPATES_IN|RUN_BY|ORGANISED|TOOK_PART_IN]
        -(via:Organisation|Project|Programme|Event)
        -[two:MEMBER_OF|PART_OF|PARTICIPATES_IN|RUN_BY|ORGANISED|TOOK_PART_IN]-(other:Organisation)
  WHERE other <> us
    AND one.ended IS NULL
    AND two.ended IS NULL
    AND (one.until IS NULL OR one.until >= left(toString(date()), size(one.until)))
    AND (two.until IS NULL OR two.until >= left(toString(date()), size(two.until)))
  RETURN other,
         2 AS steps,
         'by way of ' + via.name AS way,
         [one.as_of, two.as_of] AS dates,
         [one.sources, two.sources] AS lists
}
WITH other, steps, way, dates, lists
WHERE $kind IS NULL OR other.kind = $kind
WITH other, steps, way, dates, lists
ORDER BY steps, way
WITH other,
     min(steps) AS steps,
     count(DISTINCT way) AS number,
     collect(DISTINCT way)[..5] AS ways,
     collect(dates) AS dates,
     collect(lists) AS nested
RETURN steps,
       other.name AS organisation,
       other.kind AS kind,
       other.country AS country,
       number,
       ways,
       COLLECT {
         UNWIND dates AS some UNWIND some AS day
         WITH day WHERE day IS NOT NULL
         RETURN day ORDER BY day LIMIT 1
       }[0] AS as_of,
       COLLECT {
         UNWIND nested AS lists UNWIND lists AS list UNWIND list AS source
         RETURN DISTINCT source ORDER BY source
       } AS sources
ORDER BY steps, number DESC, organisation, other.id;

// picture
MATCH (us:Entity {id: $organisation})
CALL (us) {
  MATCH path = (us)-[tie:MEMBER_OF|PART_OF]-(other:Organisation)
  WHERE tie.ended IS NULL
    AND (tie.until IS NULL OR tie.until >= left(toString(date()), size(tie.until)))
  RETURN path, other, 1 AS steps, tie.key AS key
  UNION ALL
  MATCH path = (us)-[one:MEMBER_OF|PART_OF|PARTICIPATES_IN|RUN_BY|ORGANISED|TOOK_PART_IN]
               -(:Organisation|Project|Programme|Event)
               -[two:MEMBER_OF|PART_OF|PARTICIPATES_IN|RUN_BY|ORGANISED|TOOK_PART_IN]-(other:Organisation)
  WHERE other <> us
    AND one.ended IS NULL
    AND two.ended IS NULL
    AND (one.until IS NULL OR one.until >= left(toString(date()), size(one.until)))
    AND (two.until IS NULL OR two.until >= left(toString(date()), size(two.until)))
  RETURN path, other, 2 AS steps, one.key + two.key AS key
}
WITH path, other, steps, key
WHERE $kind IS NULL OR other.kind = $kind
RETURN path
ORDER BY steps, other.name, other.id, key
LIMIT 300;
