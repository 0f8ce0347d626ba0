// Countries that an umbrella's associations represent, and their cities in no network
//
// Whom the member associations of an umbrella such as CEMR speak for, country by country, and which larger cities of
// these countries are in no network today. An association that represents a country does not count as a network, the
// Covenant of Mayors does. A country all of whose known cities are in a network has one line without a city.
//
// parameter umbrella: network, default "own:cemr", for example "own:cemr" - The umbrella association.
// parameter at_least: whole number, default 50000, for example 50000 - Inhabitants that a city has at the least.
// parameter country: country, default null, for example "FI" - Only this country; null for all of them.
//
// column country: Country, as two letters.
// column country_name: Its name.
// column associations: The umbrella's members that represent the country's municipalities.
// column city: A city of that size in no network.
// column population: Its inhabitants.
// column through: Bodies that serve the city and are in a network, so that it may be reached through them.
// column as_of: The oldest of the dates of the lists that the representation is known from.
// column sources: Who says so.
//
// tags: association, country, city, membership
// caution: The starter knows only cities that some network or project names, so most cities in no network are not here.
// caution: Load all municipalities (kg load geonames) before you read much into this. The list of GeoNames that comes with kg has
// caution: some districts of large cities as places of their own: leave them out when you read this.
// since: 0.1
MATCH (umbrella:Entity {id: $umbrella})<-[membership:MEMBER_OF]-(association:Organisation)
      -[voice:REPRESENTS]->(land:Country)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
  AND voice.ended IS NULL
  AND ($country IS NULL OR land.iso_code = $country)
WITH land, association, membership, voice
ORDER BY association.name, association.id
WITH land,
     collect(DISTINCT association.name) AS associations,
     min(membership.as_of) AS member_date,
     min(voice.as_of) AS voice_date,
     collect(DISTINCT membership.sources) + collect(DISTINCT voice.sources) AS lists
OPTIONAL MATCH (town:City {country: land.iso_code})
WHERE town.population >= $at_least
  AND town.ended IS NULL
  AND town.dissolved IS NULL
  AND NOT EXISTS {
    MATCH (town)-[m:MEMBER_OF]->(network:Organisation)
    WHERE m.ended IS NULL
      AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
      AND NOT EXISTS { (network)-[:REPRESENTS]->(:Country) }
  }
RETURN land.iso_code AS country,
       land.name AS country_name,
       associations,
       town.name AS city,
       town.population AS population,
       COLLECT {
         MATCH (town)<-[service:SERVES]-(body:Organisation)-[m:MEMBER_OF]->(network:Organisation)
         WHERE service.ended IS NULL
           AND NOT EXISTS { (network)-[:REPRESENTS]->(:Country) }
           AND m.ended IS NULL
           AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
         RETURN DISTINCT body.name AS name ORDER BY name
       } AS through,
       CASE WHEN member_date <= voice_date THEN member_date ELSE coalesce(voice_date, member_date) END AS as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY country, population DESC, city, town.id;
