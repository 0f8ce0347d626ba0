// Covenant signatories without an energy project
//
// Cities that signed the Covenant of Mayors, or belong to another network, and are in no project on energy, or on
// another theme, that the graph knows of; the largest first. A project counts as one on the theme when a source or our
// own taxonomy says so.
//
// parameter network: network, default "own:covenant-of-mayors", for example "own:covenant-of-mayors" - The network.
// parameter theme: theme, default "own:energy-transition", for example "own:energy-transition" - The theme.
// parameter country: country, default null, for example "UA" - Only this country; null for all of them.
// parameter at_least: whole number, default 0, for example 50000 - Inhabitants that a city has at the least.
//
// column city: The signatory.
// column country: Its country, as two letters.
// column population: Its inhabitants, where known.
// column since: Signatory since, where a source tells.
// column status: Status of the signature, where a source tells.
// column commitments: What it committed itself to, where a source tells.
// column supporters: Who coordinates or supports it in the Covenant.
// column other_projects: In how many projects on other themes it is or was.
// column as_of: The date of the list that the signature is known from.
// column sources: Who says so.
//
// tags: covenant, city, project, theme
// caution: This is about projects in the graph: a city may well have one that no loaded source names.
// caution: Without projects by theme (kg load keep) nearly all signatories are here.
// since: 0.1
MATCH (network:Entity {id: $network})<-[membership:MEMBER_OF]-(town:City)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
  AND town.dissolved IS NULL
  AND ($country IS NULL OR town.country = $country)
  AND ($at_least = 0 OR town.population >= $at_least)
  AND NOT EXISTS {
    MATCH (town)-[part:PARTICIPATES_IN]->(:Project)-[about:ABOUT]->(:Theme {id: $theme})
    WHERE part.ended IS NULL
      AND about.ended IS NULL
  }
RETURN town.name AS city,
       town.country AS country,
       town.population AS population,
       membership.since AS since,
       membership.status AS status,
       membership.commitments AS commitments,
       COLLECT {
         MATCH (town)<-[support:SUPPORTS]-(body:Organisation)
         WHERE support.ended IS NULL
         RETURN DISTINCT body.name AS name ORDER BY name
       } AS supporters,
       COUNT { MATCH (town)-[part:PARTICIPATES_IN]->(:Project) WHERE part.ended IS NULL } AS other_projects,
       membership.as_of AS as_of,
       membership.sources AS sources
ORDER BY population IS NULL, population DESC, country, city, town.id, membership.key;
