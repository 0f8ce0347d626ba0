// Twin towns of a region's municipalities
//
// The twin towns that a region and its cities have today. Asked for a city, it answers for the region that the city lies
// in; both need a source that says which city lies in which region.
//
// parameter place: place, for example "nuts:FI1B1" - The region, or a city in it.
// parameter country: country, default null, for example "LV" - Only twins in this country; null for all of them.
//
// column region: The region.
// column place: The city in it, or the region itself.
// column twin: The twin.
// column twin_country: Its country, as two letters.
// column since: Twinned since, where a source tells.
// column as_of: The date of the list that the twinning is known from.
// column sources: Who says so.
//
// tags: region, city, twinning
// needs: twin towns (kg fetch wikidata, kg load wikidata) and regions of cities (kg load lau)
// since: 0.1
MATCH (asked:Entity {id: $place})
OPTIONAL MATCH (asked)-[lies:LOCATED_IN]->(above:Region)
WHERE asked:City
  AND lies.ended IS NULL
WITH CASE WHEN asked:Region THEN asked ELSE above END AS area
MATCH (area)<-[within:LOCATED_IN*0..3]-(here:City|Region)
WHERE all(step IN within WHERE step.ended IS NULL)
WITH DISTINCT area, here
MATCH (here)-[twinning:TWINNED_WITH]-(other:City|Region)
WHERE twinning.ended IS NULL
  AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until)))
  AND ($country IS NULL OR other.country = $country)
RETURN area.name AS region,
       here.name AS place,
       other.name AS twin,
       other.country AS twin_country,
       twinning.since AS since,
       twinning.as_of AS as_of,
       twinning.sources AS sources
ORDER BY region, place, twin_country, twin, area.id, here.id, other.id, twinning.key;
