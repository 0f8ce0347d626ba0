// Bodies that serve a city, and their networks
//
// Transport authorities, intermunicipal bodies, groups and agencies that serve a city or region, support it in the
// Covenant of Mayors or have their seat in it, and the networks and associations that they are in today, one line for
// each: where a city is heard without being a member. A body in no network has one line.
//
// parameter place: place, for example "geonames:658225" - The city or region.
//
// column body: The body.
// column kind: Its kind, where a source tells.
// column tie: Serves it, supports it, or has its seat there; a seat alone does not make it the city's body.
// column network: A network or association that the body is in.
// column city_too: Whether the city or region is in that network itself as well; empty where there is no network.
// column role: The body's role in the network, where a source tells.
// column since: The body is in the network since, where a source tells.
// column as_of: The older of the dates that the tie and the membership are known from.
// column sources: Who says so.
//
// tags: city, organisation, network
// since: 0.1
MATCH (us:Entity {id: $place})<-[tie:SERVES|SUPPORTS|BASED_IN]-(office:Organisation)
WHERE tie.ended IS NULL
OPTIONAL MATCH (office)-[membership:MEMBER_OF]->(club:Organisation)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
RETURN office.name AS body,
       office.kind AS kind,
       CASE type(tie)
         WHEN 'SERVES' THEN 'serves it'
         WHEN 'SUPPORTS' THEN tie.role + ' in the Covenant'
         ELSE 'seat'
       END AS tie,
       club.name AS network,
       CASE WHEN club IS NOT NULL THEN EXISTS {
         MATCH (us)-[own:MEMBER_OF]->(club)
         WHERE own.ended IS NULL AND (own.until IS NULL OR own.until >= left(toString(date()), size(own.until)))
       } END AS city_too,
       membership.role AS role,
       membership.since AS since,
       CASE
         WHEN tie.as_of <= membership.as_of THEN tie.as_of
         ELSE coalesce(membership.as_of, tie.as_of)
       END AS as_of,
       tie.sources + [source IN coalesce(membership.sources, []) WHERE NOT source IN tie.sources] AS sources
ORDER BY body, tie, network, office.id, club.id, membership.key;

// picture
MATCH path = (us:Entity {id: $place})<-[tie:SERVES|SUPPORTS|BASED_IN]-(office:Organisation)
WHERE tie.ended IS NULL
OPTIONAL MATCH clubs = (office)-[membership:MEMBER_OF]->(club:Organisation)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
RETURN path, clubs
ORDER BY office.name, office.id, club.name, club.id, tie.key, membership.key
LIMIT 300;
