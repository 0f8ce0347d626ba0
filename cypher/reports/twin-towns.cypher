// Twin towns of a city
//
// The twin towns of a city or region, and for how long, those of today first. A twinning that its source gave an end to,
// or stopped listing, is former.
//
// parameter place: place, for example "geonames:456172" - The city or region.
//
// column twin: The twin.
// column country: Its country, as two letters.
// column kind: City or Region.
// column population: Its inhabitants, where known.
// column distance_km: Distance between the two, as the crow flies, in whole kilometres.
// column since: Twinned since, where a source tells.
// column until: Twinned until, where a source tells.
// column state: Current or former.
// column as_of: The date of the list that the twinning is known from.
// column sources: Who says so.
//
// tags: city, twinning
// needs: twin towns (kg fetch wikidata, kg load wikidata)
// since: 0.1
MATCH (us:Entity {id: $place})-[twinning:TWINNED_WITH]-(other:City|Region)
RETURN other.name AS twin,
       other.country AS country,
       CASE WHEN other:City THEN 'City' ELSE 'Region' END AS kind,
       other.population AS population,
       toInteger(round(point.distance(us.location, other.location) / 1000)) AS distance_km,
       twinning.since AS since,
       twinning.until AS until,
       CASE
         WHEN twinning.ended IS NULL
           AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until)))
           THEN 'current'
         ELSE 'former'
       END AS state,
       twinning.as_of AS as_of,
       twinning.sources AS sources
ORDER BY state, country, twin, other.id, twinning.key;

// picture
MATCH path = (us:Entity {id: $place})-[twinning:TWINNED_WITH]-(other:City|Region)
RETURN path
ORDER BY other.country, other.name, other.id, twinning.key
LIMIT 300;
