// Networks most like a given one
//
// Which other networks and associations have the same cities as members, the most alike first. Two large networks share
// many cities by chance alone: with a members in one, b in the other and N cities in any network, a * b / N shared ones
// are to be expected when both choose without regard to each other. Read the number shared against that. Only cities
// count, and only what is current.
//
// parameter network: network, for example "own:eurocities" - The network or association.
// parameter at_least: whole number, default 2, for example 1 - How many cities both have in common at the least.
//
// column network: The other network or association.
// column cities: Cities among its members.
// column own_cities: Cities among the members of the network that was asked for.
// column shared: Cities in both.
// column expected: Shared cities to be expected by chance, given how many cities each has: cities * own_cities / N.
// column ratio: How many times as many as expected; above 1 the two attract the same cities.
// column jaccard: Share of the cities in either of them that is in both, from 0 to 1; the order of the rows.
// column as_of: The oldest of the dates of the lists that the shared memberships are known from.
// column sources: Who says so.
//
// tags: network, comparison
// since: 0.1
MATCH (given:Entity {id: $network})<-[own:MEMBER_OF]-(city:City)
WHERE own.ended IS NULL
  AND (own.until IS NULL OR own.until >= left(toString(date()), size(own.until)))
WITH given,
     count(DISTINCT city) AS own_cities,
     collect({city: city, as_of: own.as_of, sources: own.sources}) AS members
WITH given, own_cities, members,
     COUNT {
       MATCH (any:City)
       WHERE EXISTS {
         MATCH (any)-[m:MEMBER_OF]->(:Organisation)
         WHERE m.ended IS NULL AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
       }
     } AS all_cities
UNWIND members AS member
WITH given, own_cities, all_cities, member, member.city AS city
MATCH (city)-[membership:MEMBER_OF]->(other:Organisation)
WHERE other <> given
  AND membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
WITH own_cities, all_cities, other,
     count(DISTINCT city) AS shared,
     min(membership.as_of) AS their_date,
     min(member.as_of) AS our_date,
     collect(DISTINCT membership.sources) + collect(DISTINCT member.sources) AS lists
WHERE shared >= $at_least
WITH own_cities, all_cities, other, shared, their_date, our_date, lists,
     COUNT {
       MATCH (other)<-[m:MEMBER_OF]-(c:City)
       WHERE m.ended IS NULL AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
       RETURN DISTINCT c
     } AS cities
WITH own_cities, other, shared, their_date, our_date, lists, cities,
     1.0 * own_cities * cities / all_cities AS expected
RETURN other.name AS network,
       cities,
       own_cities,
       shared,
       round(expected, 1) AS expected,
       round(shared / expected, 2) AS ratio,
       round(1.0 * shared / (own_cities + cities - shared), 3) AS jaccard,
       CASE WHEN their_date <= our_date THEN their_date ELSE coalesce(our_date, their_date) END AS as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY jaccard DESC, shared DESC, network, other.id;
