// Partners of our partners, never together in a project with us
//
// Cities and regions that were in a project with several of a place's project partners, but never in one with the place
// itself and are not its twin: those whom the most partners know first. Only cities and regions count, as partners and as
// theirs: every city knows a large research institute.
//
// parameter place: place, for example "geonames:456172" - The city or region.
// parameter at_least: whole number, default 1, for example 1 - By how many partners they are known at the least.
// parameter country: country, default null, for example "FI" - Only in this country; null for all of them.
// parameter top: whole number, default 50, for example 20 - How many rows at the most.
//
// column name: The city or region.
// column country: Its country, as two letters.
// column kind: City or Region.
// column population: Its inhabitants, where known.
// column known_by: How many of our partners worked with it.
// column partners: Five of these partners at the most, by name.
// column shared_networks: In how many networks and associations it and the place both are today.
// column as_of: The oldest of the dates of the lists that these partners' parts are known from.
// column sources: Who says so.
//
// tags: city, project, partner, recommendation
// since: 0.1
MATCH (us:Entity {id: $place})-[own:PARTICIPATES_IN]->(:Project)<-[part:PARTICIPATES_IN]-(partner:City|Region)
WHERE partner <> us
  AND own.ended IS NULL
  AND part.ended IS NULL
WITH us, collect(DISTINCT partner) AS met
UNWIND met AS partner
MATCH (partner)-[one:PARTICIPATES_IN]->(:Project)<-[other:PARTICIPATES_IN]-(stranger:City|Region)
WHERE one.ended IS NULL
  AND other.ended IS NULL
  AND ($country IS NULL OR stranger.country = $country)
WITH us, met, stranger, partner, one, other
ORDER BY partner.name, partner.id
WITH us, met, stranger,
     count(DISTINCT partner) AS known_by,
     collect(DISTINCT partner.name)[..5] AS partners,
     min(one.as_of) AS one_date,
     min(other.as_of) AS other_date,
     collect(DISTINCT one.sources) + collect(DISTINCT other.sources) AS lists
WHERE known_by >= $at_least
  AND stranger <> us
  AND NOT stranger IN met
  AND NOT EXISTS {
    MATCH (us)-[twinning:TWINNED_WITH]-(stranger)
    WHERE twinning.ended IS NULL
      AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until)))
  }
WITH us, stranger, known_by, partners, one_date, other_date, lists
ORDER BY known_by DESC, stranger.name, stranger.id
LIMIT $top
RETURN stranger.name AS name,
       stranger.country AS country,
       CASE WHEN stranger:City THEN 'City' ELSE 'Region' END AS kind,
       stranger.population AS population,
       known_by,
       partners,
       COUNT {
         MATCH (us)-[our:MEMBER_OF]->(network:Organisation)<-[their:MEMBER_OF]-(stranger)
         WHERE our.ended IS NULL
           AND their.ended IS NULL
           AND (our.until IS NULL OR our.until >= left(toString(date()), size(our.until)))
           AND (their.until IS NULL OR their.until >= left(toString(date()), size(their.until)))
         RETURN DISTINCT network
       } AS shared_networks,
       CASE WHEN one_date <= other_date THEN one_date ELSE coalesce(other_date, one_date) END AS as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY known_by DESC, name, stranger.id;
