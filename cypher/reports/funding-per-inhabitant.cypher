// Project funding per inhabitant
//
// The shares of cities in the budgets of their projects, in all and per inhabitant, the most first. A share that no
// source gives is unknown, not nothing: a city none of whose shares is known has an empty amount, and with_budget says
// how many shares the amount rests on. What bodies that serve a city were granted is not in it.
//
// parameter country: country, default null, for example "LV" - Only this country; null for all of them.
// parameter programme: programme, default null, for example "own:horizon-2020" - Only this programme; null for all.
// parameter at_least: whole number, default 0, for example 50000 - Inhabitants that a city has at the least.
//
// column city: The city.
// column country: Its country, as two letters.
// column population: Its inhabitants, where known.
// column projects: In how many projects it is or was.
// column with_budget: For how many of them its share is known.
// column share_eur: Sum of these shares in euro; empty when none is known.
// column per_inhabitant: The sum divided by the inhabitants, in euro; empty when either is not known.
// column as_of: The oldest of the dates of the lists that the parts are known from.
// column sources: Who says so.
//
// tags: city, project, budget
// needs: budgets by partner (kg load cordis), else the amounts are empty
// since: 0.1
MATCH (town:City)
WHERE EXISTS { (town)-[:PARTICIPATES_IN]->() }
  AND ($country IS NULL OR town.country = $country)
  AND ($at_least = 0 OR town.population >= $at_least)
MATCH (town)-[part:PARTICIPATES_IN]->(work:Project)
WHERE part.ended IS NULL
  AND ($programme IS NULL OR EXISTS {
    MATCH (work)-[funding:FUNDED_BY]->(:Programme {id: $programme})
    WHERE funding.ended IS NULL
  })
WITH town,
     count(DISTINCT work) AS projects,
     count(part.budget_eur) AS with_budget,
     sum(part.budget_eur) AS total,
     min(part.as_of) AS as_of,
     collect(DISTINCT part.sources) AS lists
WITH town, projects, with_budget, as_of, lists,
     CASE WHEN with_budget > 0 THEN total END AS share_eur
RETURN town.name AS city,
       town.country AS country,
       town.population AS population,
       projects,
       with_budget,
       share_eur,
       CASE WHEN town.population > 0 THEN round(share_eur / town.population, 2) END AS per_inhabitant,
       as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY per_inhabitant IS NULL, per_inhabitant DESC, share_eur IS NULL, share_eur DESC, projects DESC, country, city,
         town.id;
