// Cities in at least so many networks
//
// The cities that belong to at least a given number of networks and associations today, the most connected first. The
// groups of the Covenant of Mayors and national associations count as well when they list cities as members; a
// membership that its source gave an end to, or stopped listing, does not.
//
// parameter at_least: whole number, default 3, for example 2 - How many networks at the least.
// parameter country: country, default null, for example "LV" - Only cities in this country; null for all of them.
//
// column number: In how many networks and associations it is.
// column country: Country of the city, as two letters.
// column city: The city.
// column population: Its inhabitants, where known.
// column networks: The networks and associations, by name.
// column as_of: The oldest of the dates of the lists that the memberships are known from.
// column sources: Who says so.
//
// tags: city, network, membership
// since: 0.1
MATCH (town:City)
WHERE COUNT { (town)-[:MEMBER_OF]->() } >= $at_least
  AND ($country IS NULL OR town.country = $country)
CALL (town) {
  MATCH (town)-[membership:MEMBER_OF]->(network:Organisation)
  WHERE membership.ended IS NULL
    AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
  WITH membership, network
  ORDER BY network.name, network.id
  RETURN count(DISTINCT network) AS number,
         collect(DISTINCT network.name) AS networks,
         min(membership.as_of) AS as_of,
         collect(DISTINCT membership.sources) AS lists
}
WITH town, number, networks, as_of, lists
WHERE number >= $at_least
RETURN number,
       town.country AS country,
       town.name AS city,
       town.population AS population,
       networks,
       as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY number DESC, country, city, town.id;
