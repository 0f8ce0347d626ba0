// Merged municipalities and what they brought
//
// Municipalities that are part of another one today, and the networks, twin towns, projects and charters that were
// theirs: ties that the new municipality may keep up, or has lost sight of.
//
// parameter country: country, default null, for example "EE" - Only this country; null for all of them.
//
// column merged_on: Day of the merger, as exactly as it is known.
// column former: The municipality that was merged.
// column successor: The one that it is part of now.
// column country: Its country, as two letters.
// column networks: Networks and associations that it was in, by name.
// column twins: Its twin towns.
// column projects: Its projects, the newest first.
// column charters: Charters and declarations that it signed.
// column not_taken_up: Those of the networks that the successor is not in today.
// column as_of: The date of the list that the merger is known from.
// column sources: Who says so.
//
// tags: city, merger, history
// needs: mergers of municipalities, which no source that comes with kg lists
// since: 0.1
MATCH (old:City)-[merger:SUCCEEDED_BY]->(new:City)
WHERE merger.ended IS NULL
  AND ($country IS NULL OR old.country = $country)
WITH old, merger, new,
     COLLECT {
       MATCH (old)-[:MEMBER_OF]->(club:Organisation)
       RETURN DISTINCT club.name AS name ORDER BY name
     } AS networks
RETURN coalesce(merger.date, old.dissolved) AS merged_on,
       old.name AS former,
       new.name AS successor,
       old.country AS country,
       networks,
       COLLECT { MATCH (old)-[:TWINNED_WITH]-(twin:Entity) RETURN DISTINCT twin.name AS name ORDER BY name } AS twins,
       COLLECT {
         MATCH (old)-[:PARTICIPATES_IN]->(work:Project)
         RETURN work.name ORDER BY work.start IS NULL, work.start DESC, work.name, work.id
       } AS projects,
       COLLECT { MATCH (old)-[:SIGNED]->(charter:Programme) RETURN charter.name AS name ORDER BY name } AS charters,
       COLLECT {
         MATCH (old)-[:MEMBER_OF]->(club:Organisation)
         WHERE NOT EXISTS {
           MATCH (new)-[m:MEMBER_OF]->(club)
           WHERE m.ended IS NULL AND (m.until IS NULL OR m.until >= left(toString(date()), size(m.until)))
         }
         RETURN DISTINCT club.name AS name ORDER BY name
       } AS not_taken_up,
       merger.as_of AS as_of,
       merger.sources AS sources
ORDER BY merged_on DESC, country, former, old.id, new.id;

// picture
MATCH path = (old:City)-[merger:SUCCEEDED_BY]->(new:City)
WHERE merger.ended IS NULL
  AND ($country IS NULL OR old.country = $country)
OPTIONAL MATCH brought = (old)-[tie:MEMBER_OF|TWINNED_WITH|PARTICIPATES_IN|SIGNED]-(:Entity)
RETURN path, brought
ORDER BY old.name, old.id, merger.key, tie.key
LIMIT 300;
