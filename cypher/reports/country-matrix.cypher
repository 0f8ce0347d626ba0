// Project partnerships of countries
//
// In how many projects partners of two countries worked together, the most first: each pair of countries once, and a
// country with itself where a project has two partners in it. A partner is a city, a region or an organisation whose
// country is known.
//
// parameter programme: programme, default null, for example "own:horizon-2020" - Only this programme; null for all.
// parameter country: country, default null, for example "FI" - Only pairs with this country; null for all of them.
//
// column country: One country, as two letters.
// column other_country: The other one, later in the alphabet or the same.
// column projects: Projects with partners in both.
// column examples: Three of these projects at the most, the newest first.
// column as_of: The oldest of the dates of the lists that the partners' parts are known from.
// column sources: Who says so.
//
// tags: country, project, partner
// since: 0.1
MATCH (work:Project)
WHERE $programme IS NULL
   OR EXISTS {
     MATCH (work)-[funding:FUNDED_BY]->(:Programme {id: $programme})
     WHERE funding.ended IS NULL
   }
MATCH (work)<-[part:PARTICIPATES_IN]-(member:Entity)
WHERE part.ended IS NULL
  AND member.country IS NOT NULL
WITH work,
     member.country AS country,
     count(DISTINCT member) AS members,
     min(part.as_of) AS as_of,
     collect(DISTINCT part.sources) AS lists
WITH work, collect({code: country, members: members, as_of: as_of, lists: lists}) AS countries
UNWIND countries AS one
UNWIND countries AS other
WITH work, one, other
WHERE (one.code < other.code OR (one.code = other.code AND one.members > 1))
  AND ($country IS NULL OR $country IN [one.code, other.code])
WITH work, one, other
ORDER BY work.start IS NULL, work.start DESC, work.name, work.id
WITH one.code AS country,
     other.code AS other_country,
     count(work) AS projects,
     collect(work.name)[..3] AS examples,
     min(one.as_of) AS one_date,
     min(other.as_of) AS other_date,
     collect(DISTINCT one.lists) + collect(DISTINCT other.lists) AS nested
RETURN country,
       other_country,
       projects,
       examples,
       CASE WHEN one_date <= other_date THEN one_date ELSE coalesce(other_date, one_date) END AS as_of,
       COLLECT {
         UNWIND nested AS lists UNWIND lists AS list UNWIND list AS source
         RETURN DISTINCT source ORDER BY source
       } AS sources
ORDER BY projects DESC, country, other_country;
