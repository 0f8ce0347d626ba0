// Bridges between two networks
//
// Who is in both networks today and could carry something from one to the other: members of both, and cities and
// regions that are reached in one or the other through a body that serves them, such as a transport authority. A body
// that is in both is a bridge itself, not the cities that it serves.
//
// parameter first: network, for example "own:eurocities" - One network or association.
// parameter second: network, for example "own:polis" - The other one.
//
// column bridge: The city, region or organisation.
// column country: Its country, as two letters.
// column kind: City, Region or Organisation.
// column first_through: The body that serves it and is the member of the first network; empty where it is one itself.
// column second_through: The body that serves it and is the member of the second network; empty where it is one itself.
// column first_role: Role in the first network, where a source tells.
// column second_role: Role in the second network, where a source tells.
// column as_of: The older of the dates that the two memberships are known from.
// column sources: Who says so.
//
// tags: network, pair, membership
// since: 0.1
MATCH (first:Entity {id: $first})<-[one:MEMBER_OF]-(member:Entity)
WHERE one.ended IS NULL
  AND (one.until IS NULL OR one.until >= left(toString(date()), size(one.until)))
CALL (member) {
  RETURN member AS place, null AS first_body
  UNION ALL
  MATCH (member)-[service:SERVES]->(place:Entity)
  WHERE service.ended IS NULL
    AND NOT EXISTS {
      MATCH (place)-[m:MEMBER_OF]->(:Entity {id: $first})
      WHERE m.ended IS NULL AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
    }
  RETURN place, member AS first_body
}
CALL (place, first_body) {
  MATCH (place)-[two:MEMBER_OF]->(:Entity {id: $second})
  RETURN two, null AS second_body
  UNION ALL
  MATCH (place)<-[service:SERVES]-(second_body:Organisation)-[two:MEMBER_OF]->(:Entity {id: $second})
  WHERE service.ended IS NULL
    AND (first_body IS NULL OR second_body <> first_body)
    AND NOT EXISTS {
      MATCH (place)-[m:MEMBER_OF]->(:Entity {id: $second})
      WHERE m.ended IS NULL AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
    }
  RETURN two, second_body
}
WITH place, one, two, first_body, second_body
WHERE two.ended IS NULL
  AND (two.until IS NULL OR two.until >= left(toString(date()), size(two.until)))
RETURN place.name AS bridge,
       place.country AS country,
       CASE WHEN place:City THEN 'City' WHEN place:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       first_body.name AS first_through,
       second_body.name AS second_through,
       one.role AS first_role,
       two.role AS second_role,
       CASE WHEN one.as_of <= two.as_of THEN one.as_of ELSE coalesce(two.as_of, one.as_of) END AS as_of,
       one.sources + [source IN two.sources WHERE NOT source IN one.sources] AS sources
ORDER BY country, bridge, place.id, first_through, second_through, one.key, two.key;

// picture
MATCH (first:Entity {id: $first})<-[one:MEMBER_OF]-(member:Entity)
WHERE one.ended IS NULL
  AND (one.until IS NULL OR one.until >= left(toString(date()), size(one.until)))
CALL (first, one, member) {
  MATCH path = (member)-[two:MEMBER_OF]->(:Entity {id: $second})
  WHERE two.ended IS NULL
    AND (two.until IS NULL OR two.until >= left(toString(date()), size(two.until)))
  RETURN path, two.key AS key
  UNION ALL
  MATCH path = (member)-[service:SERVES]-(:Entity)-[two:MEMBER_OF]->(:Entity {id: $second})
  WHERE service.ended IS NULL
    AND two.ended IS NULL
    AND (two.until IS NULL OR two.until >= left(toString(date()), size(two.until)))
  RETURN path, two.key AS key
}
RETURN first, one, path
ORDER BY member.country, member.name, member.id, one.key, key
LIMIT 300;
