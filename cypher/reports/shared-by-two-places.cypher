// What two cities share
//
// The networks, projects, twin cities, charters, events, people and bodies that two cities or regions have in common,
// the ones with the fewest others in them first. What ended on either side is listed as former.
//
// parameter first: place, for example "geonames:456172" - One city or region.
// parameter second: place, for example "geonames:658225" - The other one.
//
// column what: What kind of tie both have: membership, project, twin city, ...
// column name: What it is that they share.
// column others: How many further cities, regions and organisations have the same tie with it.
// column first_role: The role of the first, where a source tells.
// column second_role: The role of the second, where a source tells.
// column state: Current or former.
// column as_of: The older of the dates that the two facts are known from.
// column sources: Who says so.
//
// tags: city, pair, network, project, twinning
// since: 0.1
MATCH (first:Entity {id: $first})
      -[one:MEMBER_OF|PARTICIPATES_IN|TWINNED_WITH|SIGNED|TOOK_PART_IN|SERVES|SUPPORTS|HOLDS_POST|SEEKS|OFFERS]
      -(shared:Entity)
WITH first, one, shared
MATCH (shared)
      -[other:MEMBER_OF|PARTICIPATES_IN|TWINNED_WITH|SIGNED|TOOK_PART_IN|SERVES|SUPPORTS|HOLDS_POST|SEEKS|OFFERS]
      -(second:Entity {id: $second})
WHERE type(one) = type(other) AND first <> second
WITH shared, one, other,
     CASE type(one)
       WHEN 'MEMBER_OF' THEN COUNT { (shared)-[:MEMBER_OF]-() }
       WHEN 'PARTICIPATES_IN' THEN COUNT { (shared)-[:PARTICIPATES_IN]-() }
       WHEN 'TWINNED_WITH' THEN COUNT { (shared)-[:TWINNED_WITH]-() }
       WHEN 'SIGNED' THEN COUNT { (shared)-[:SIGNED]-() }
       WHEN 'TOOK_PART_IN' THEN COUNT { (shared)-[:TOOK_PART_IN]-() }
       WHEN 'SERVES' THEN COUNT { (shared)-[:SERVES]-() }
       WHEN 'SUPPORTS' THEN COUNT { (shared)-[:SUPPORTS]-() }
       WHEN 'HOLDS_POST' THEN COUNT { (shared)-[:HOLDS_POST]-() }
       WHEN 'SEEKS' THEN COUNT { (shared)-[:SEEKS]-() }
       ELSE COUNT { (shared)-[:OFFERS]-() }
     END - 2 AS others,
     toString(date()) AS today
RETURN CASE type(one)
         WHEN 'MEMBER_OF' THEN 'membership'
         WHEN 'PARTICIPATES_IN' THEN 'project'
         WHEN 'TWINNED_WITH' THEN 'twin city'
         WHEN 'SIGNED' THEN 'charter'
         WHEN 'TOOK_PART_IN' THEN 'event'
         WHEN 'SERVES' THEN 'served by'
         WHEN 'SUPPORTS' THEN 'supported by'
         WHEN 'HOLDS_POST' THEN 'person'
         WHEN 'SEEKS' THEN 'seeks'
         ELSE 'offers'
       END AS what,
       shared.name AS name,
       others,
       coalesce(one.role, one.post) AS first_role,
       coalesce(other.role, other.post) AS second_role,
       CASE
         WHEN one.ended IS NOT NULL OR other.ended IS NOT NULL THEN 'former'
         WHEN type(one) IN ['SEEKS', 'OFFERS']
           AND (one.status IN ['met', 'withdrawn'] OR other.status IN ['met', 'withdrawn']) THEN 'former'
         WHEN one.until < left(today, size(one.until)) OR other.until < left(today, size(other.until)) THEN 'former'
         WHEN shared.end < left(today, size(shared.end)) THEN 'former'
         ELSE 'current'
       END AS state,
       CASE WHEN one.as_of <= other.as_of THEN one.as_of ELSE coalesce(other.as_of, one.as_of) END AS as_of,
       one.sources + [source IN other.sources WHERE NOT source IN one.sources] AS sources
ORDER BY others, what, name, shared.id, one.key, other.key;

// picture
MATCH near = (first:Entity {id: $first})
      -[one:MEMBER_OF|PARTICIPATES_IN|TWINNED_WITH|SIGNED|TOOK_PART_IN|SERVES|SUPPORTS|HOLDS_POST|SEEKS|OFFERS]
      -(shared:Entity)
WITH first, one, shared, near
MATCH far = (shared)
      -[other:MEMBER_OF|PARTICIPATES_IN|TWINNED_WITH|SIGNED|TOOK_PART_IN|SERVES|SUPPORTS|HOLDS_POST|SEEKS|OFFERS]
      -(second:Entity {id: $second})
WHERE type(one) = type(other) AND first <> second
RETURN near, far
ORDER BY type(one), shared.name, shared.id, one.key, other.key
LIMIT 300;
