// Countries under-represented in a network
//
// How many cities of each country a network has, against how many it would have if cities of that size joined equally
// often in all countries; the countries that lack the most first. Only cities of at least the given size are compared,
// so that a country of many small municipalities does not seem to lack hundreds. A country without such a city is left
// out.
//
// parameter network: network, for example "own:eurocities" - The network or association.
// parameter at_least: whole number, default 50000, for example 100000 - Inhabitants that a city has at the least.
//
// column country: Country, as two letters.
// column country_name: Its name.
// column cities: Cities of that size in the country.
// column members: Those of them in the network.
// column expected: Members if all countries' cities of that size joined equally often.
// column missing: Expected less members; below zero the country has more than its share.
// column smaller_members: Members below that size, or of unknown size, which are not compared.
// column as_of: The oldest of the dates of the lists that the network's city memberships are known from.
// column sources: Who says so.
//
// tags: network, country, membership
// caution: The starter knows only cities that some network or project names, so countries with few of these seem to lack nothing.
// caution: Load all municipalities (kg load geonames) before you read much into this. The list of GeoNames that comes with kg has
// caution: some districts of large cities as places of their own: leave them out when you read this.
// since: 0.1
MATCH (network:Entity {id: $network})
OPTIONAL MATCH (network)<-[membership:MEMBER_OF]-(city:City)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
WITH city.country AS code,
     count(DISTINCT CASE WHEN city.population >= $at_least THEN city END) AS members,
     count(DISTINCT city) AS all_members,
     min(membership.as_of) AS as_of,
     collect(DISTINCT membership.sources) AS lists
WITH collect({code: code, members: members, smaller: all_members - members}) AS joined,
     min(as_of) AS as_of,
     collect(lists) AS nested
MATCH (country:Country)
WITH joined, as_of, nested, country,
     COUNT { (c:City) WHERE c.country = country.iso_code AND c.population >= $at_least AND c.ended IS NULL } AS cities
WHERE cities > 0
WITH as_of, nested, country, cities,
     [one IN joined WHERE one.code = country.iso_code] AS own
WITH as_of, nested,
     collect({
       country: country,
       cities: cities,
       members: CASE WHEN size(own) = 0 THEN 0 ELSE own[0].members END,
       smaller: CASE WHEN size(own) = 0 THEN 0 ELSE own[0].smaller END
     }) AS countries,
     sum(cities) AS all_cities,
     sum(CASE WHEN size(own) = 0 THEN 0 ELSE own[0].members END) AS all_members
UNWIND countries AS one
WITH as_of, nested, one, 1.0 * one.cities * all_members / all_cities AS expected
RETURN one.country.iso_code AS country,
       one.country.name AS country_name,
       one.cities AS cities,
       one.members AS members,
       round(expected, 1) AS expected,
       round(expected - one.members, 1) AS missing,
       one.smaller AS smaller_members,
       as_of,
       COLLECT {
         UNWIND nested AS lists UNWIND lists AS list UNWIND list AS source
         RETURN DISTINCT source ORDER BY source
       } AS sources
ORDER BY missing DESC, cities DESC, country, one.country.id;
