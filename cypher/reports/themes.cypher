// Themes, and who seeks and offers what
//
// The themes of the graph, and on how many each there is somebody who seeks or offers something today, or a project. With
// these names `kg seek add` and `kg offer add` call a theme; each alternate name does as well.
//
// column theme: The theme.
// column names: Other names of it.
// column definition: What belongs to it.
// column sought: Open requests of those who seek something.
// column offered: Open requests of those who offer something.
// column projects: Projects about it.
// column as_of: The date for which the theme is described.
// column sources: Who says so.
//
// tags: theme
// since: 0.1
MATCH (topic:Theme)
WHERE topic.ended IS NULL
OPTIONAL MATCH (:Entity)-[request:SEEKS|OFFERS]->(topic)
WHERE request.ended IS NULL
  AND NOT coalesce(request.status, 'open') IN ['met', 'withdrawn']
  AND (request.until IS NULL OR request.until >= left(toString(date()), size(request.until)))
WITH topic,
     count(CASE WHEN type(request) = 'SEEKS' THEN 1 END) AS sought,
     count(CASE WHEN type(request) = 'OFFERS' THEN 1 END) AS offered
RETURN topic.name AS theme,
       topic.names AS names,
       topic.definition AS definition,
       sought,
       offered,
       COUNT { (topic)<-[:ABOUT]-(:Project) } AS projects,
       topic.as_of AS as_of,
       topic.sources AS sources
ORDER BY theme, topic.id;
