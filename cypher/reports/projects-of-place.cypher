// Projects of a city with partners and budget
//
// The projects that a city or region takes or took part in, newest first, one line for each partner. A project
// without a known partner has one line. Budgets are in euro, and empty where no source gives them.
//
// parameter place: place, for example "geonames:456172" - The city or region.
// parameter running: yes or no, default false, for example true - Only projects that have not ended.
//
// column project: Acronym or title of the project.
// column title: Its full title.
// column programme: What funds it or what it belongs to.
// column starts: First day, as exactly as it is known.
// column ends: Last day, as exactly as it is known.
// column budget_eur: Total budget of the project.
// column role: The role of the city or region in it.
// column share_eur: The share of the city or region in the budget.
// column partner: A partner in the same project.
// column partner_country: Country of the partner, as two letters.
// column partner_role: The role of the partner.
// column partner_share_eur: The share of the partner in the budget.
// column as_of: The date of the list that the city's part in it is known from.
// column sources: Who says so.
//
// tags: city, project, partner
// since: 0.1
MATCH (city:Entity {id: $place})-[part:PARTICIPATES_IN]->(work:Project)
WITH city, part, work, toString(date()) AS today
WHERE NOT $running
   OR (part.ended IS NULL AND (work.end IS NULL OR work.end >= left(today, size(work.end))))
OPTIONAL MATCH (work)-[:FUNDED_BY]->(fund:Programme)
WITH city, part, work, fund ORDER BY fund.name
WITH city, part, work, collect(fund.name) AS funds
OPTIONAL MATCH (work)<-[other:PARTICIPATES_IN]-(body:Entity)
WHERE body <> city
RETURN work.name AS project,
       work.title AS title,
       funds AS programme,
       work.start AS starts,
       work.end AS ends,
       work.budget_eur AS budget_eur,
       part.role AS role,
       part.budget_eur AS share_eur,
       body.name AS partner,
       body.country AS partner_country,
       other.role AS partner_role,
       other.budget_eur AS partner_share_eur,
       part.as_of AS as_of,
       part.sources AS sources
ORDER BY starts IS NULL, starts DESC, project, work.id, partner, body.id;

// picture
MATCH path = (city:Entity {id: $place})-[part:PARTICIPATES_IN]->(work:Project)
WHERE NOT $running
   OR (part.ended IS NULL AND (work.end IS NULL OR work.end >= left(toString(date()), size(work.end))))
OPTIONAL MATCH others = (work)<-[other:PARTICIPATES_IN]-(body:Entity)
WHERE body <> city
RETURN path, others
ORDER BY work.start IS NULL, work.start DESC, work.name, work.id, body.name, body.id
LIMIT 300;
