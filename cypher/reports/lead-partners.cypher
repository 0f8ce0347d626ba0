// Lead partners by programme
//
// Who leads projects of which programme, the ones that lead the most first. A lead partner is called lead, lead partner
// or coordinator by its source. Projects whose programme is not known are left out.
//
// parameter programme: programme, default null, for example "own:horizon-2020" - Only this programme; null for all.
// parameter country: country, default null, for example "FI" - Only lead partners in this country; null for all of them.
//
// column programme: The programme.
// column lead: The lead partner.
// column country: Its country, as two letters.
// column kind: City, Region or Organisation.
// column number: How many of the programme's projects it leads or led.
// column projects: Ten of these projects at the most, the newest first.
// column budget_eur: Total budget in euro of those projects whose budget is known; empty when none is.
// column with_budget: How many of the projects have a known budget.
// column as_of: The oldest of the dates of the lists that the lead is known from.
// column sources: Who says so.
//
// tags: programme, project, partner
// since: 0.1
MATCH (fund:Programme)<-[funding:FUNDED_BY]-(work:Project)<-[part:PARTICIPATES_IN]-(leader:Entity)
WHERE ($programme IS NULL OR fund.id = $programme)
  AND ($country IS NULL OR leader.country = $country)
  AND funding.ended IS NULL
  AND part.ended IS NULL
  AND (part.role STARTS WITH 'lead' OR part.role ENDS WITH ', lead' OR part.role = 'coordinator')
WITH fund, work, part, leader
ORDER BY work.start IS NULL, work.start DESC, work.name, work.id
WITH fund, leader,
     count(work) AS number,
     collect(work.name)[..10] AS projects,
     sum(work.budget_eur) AS budget,
     count(work.budget_eur) AS with_budget,
     min(part.as_of) AS as_of,
     collect(DISTINCT part.sources) AS lists
RETURN fund.name AS programme,
       leader.name AS lead,
       leader.country AS country,
       CASE WHEN leader:City THEN 'City' WHEN leader:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       number,
       projects,
       CASE WHEN with_budget > 0 THEN budget END AS budget_eur,
       with_budget,
       as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY programme, number DESC, lead, fund.id, leader.id;
