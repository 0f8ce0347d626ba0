// Partnerships with the municipalities of a country
//
// The twin towns of a country's cities and regions, and the projects and pairings in which they work with cities and
// regions of other countries; Ukraine unless another country is given. What was and what is now are told apart.
//
// parameter country: country, default "UA", for example "UA" - The country.
// parameter partner_country: country, default null, for example "FI" - Only with partners in this one; null for all.
// parameter current: yes or no, default false, for example true - Only partnerships that go on.
//
// column place: The city or region in the country.
// column partner: Its partner elsewhere.
// column partner_country: The partner's country, as two letters.
// column what: Twinning, project or pairing.
// column name: Name of the project or pairing.
// column since: From when, where known.
// column state: Current or former.
// column as_of: The older of the dates that the two facts behind it are known from.
// column sources: Who says so.
//
// tags: country, ukraine, city, twinning, project
// since: 0.1
MATCH (home:City|Region)
WHERE home.country = $country
CALL (home) {
  MATCH (home)-[twinning:TWINNED_WITH]-(other:City|Region)
  RETURN other,
         'twinning' AS what,
         null AS name,
         twinning.since AS since,
         twinning.ended IS NULL
           AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until))) AS lasts,
         twinning.as_of AS as_of,
         twinning.sources AS sources,
         twinning.key AS key
  UNION ALL
  MATCH (home)-[own:PARTICIPATES_IN]->(work:Project)<-[part:PARTICIPATES_IN]-(other:City|Region)
  WHERE own.ended IS NULL
    AND part.ended IS NULL
  RETURN other,
         CASE work.kind WHEN 'pairing' THEN 'pairing' ELSE 'project' END AS what,
         work.name AS name,
         work.start AS since,
         work.end IS NULL OR work.end >= left(toString(date()), size(work.end)) AS lasts,
         CASE WHEN own.as_of <= part.as_of THEN own.as_of ELSE coalesce(part.as_of, own.as_of) END AS as_of,
         own.sources + [source IN part.sources WHERE NOT source IN own.sources] AS sources,
         part.key AS key
}
WITH home, other, what, name, since, lasts, as_of, sources, key
WHERE other.country <> $country
  AND ($partner_country IS NULL OR other.country = $partner_country)
  AND (lasts OR NOT $current)
RETURN home.name AS place,
       other.name AS partner,
       other.country AS partner_country,
       what,
       name,
       since,
       CASE WHEN lasts THEN 'current' ELSE 'former' END AS state,
       as_of,
       sources
ORDER BY place, partner_country, partner, what, name, home.id, other.id, key;

// picture
MATCH (home:City|Region)
WHERE home.country = $country
CALL (home) {
  MATCH path = (home)-[twinning:TWINNED_WITH]-(other:City|Region)
  RETURN path,
         other,
         twinning.key AS key,
         twinning.ended IS NULL
           AND (twinning.until IS NULL OR twinning.until >= left(toString(date()), size(twinning.until))) AS lasts
  UNION ALL
  MATCH path = (home)-[own:PARTICIPATES_IN]->(work:Project)<-[part:PARTICIPATES_IN]-(other:City|Region)
  WHERE own.ended IS NULL
    AND part.ended IS NULL
  RETURN path, other, part.key AS key, work.end IS NULL OR work.end >= left(toString(date()), size(work.end)) AS lasts
}
WITH home, path, other, key, lasts
WHERE other.country <> $country
  AND ($partner_country IS NULL OR other.country = $partner_country)
  AND (lasts OR NOT $current)
RETURN path
ORDER BY home.name, other.name, home.id, other.id, key
LIMIT 300;
