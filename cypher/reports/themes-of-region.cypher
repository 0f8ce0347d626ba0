// Themes of a region
//
// What a region and its cities work on: the themes of their projects, of what they seek and offer today, and of the
// events in which they took part; the busiest theme first. Cities count where a source says which region they lie in.
//
// parameter region: region, for example "nuts:FI1B1" - The region.
//
// column theme: The theme.
// column projects: Projects on it in which the region or one of its cities is or was.
// column seek: Open requests of the region and its cities for it.
// column offer: Open offers of the region and its cities on it.
// column events: Events on it in which one of the cities took part.
// column places: Who this is: the region itself or cities in it.
// column examples: Three of these projects and events at the most.
// column as_of: The oldest of the dates of the lists that this is known from.
// column sources: Who says so.
//
// tags: region, theme, project
// needs: regions of cities (kg load lau) and projects (kg load keep)
// since: 0.1
MATCH (area:Entity {id: $region})<-[within:LOCATED_IN*0..3]-(here:City|Region)
WHERE all(step IN within WHERE step.ended IS NULL)
WITH DISTINCT here
CALL (here) {
  MATCH (here)-[part:PARTICIPATES_IN]->(work:Project)-[about:ABOUT]->(topic:Theme)
  WHERE part.ended IS NULL
    AND about.ended IS NULL
  RETURN topic, 'project' AS what, work.id AS thing, work.name AS name, part.as_of AS as_of, part.sources AS sources
  UNION ALL
  MATCH (here)-[part:TOOK_PART_IN]->(work:Event)-[about:ABOUT]->(topic:Theme)
  WHERE part.ended IS NULL
    AND about.ended IS NULL
  RETURN topic, 'event' AS what, work.id AS thing, work.name AS name, part.as_of AS as_of, part.sources AS sources
  UNION ALL
  MATCH (here)-[part:SEEKS|OFFERS]->(topic:Theme)
  WHERE part.ended IS NULL
    AND coalesce(part.status, 'open') = 'open'
    AND (part.until IS NULL OR part.until >= left(toString(date()), size(part.until)))
  RETURN topic, type(part) AS what, part.key AS thing, null AS name, part.as_of AS as_of, part.sources AS sources
}
WITH here, topic, what, thing, name, as_of, sources
ORDER BY name, thing, here.name, here.id
WITH topic,
     count(DISTINCT CASE what WHEN 'project' THEN thing END) AS projects,
     count(DISTINCT CASE what WHEN 'SEEKS' THEN thing END) AS seek,
     count(DISTINCT CASE what WHEN 'OFFERS' THEN thing END) AS offer,
     count(DISTINCT CASE what WHEN 'event' THEN thing END) AS events,
     collect(DISTINCT here.name) AS names,
     collect(DISTINCT name)[..3] AS examples,
     min(as_of) AS as_of,
     collect(DISTINCT sources) AS lists
RETURN topic.name AS theme,
       projects,
       seek,
       offer,
       events,
       COLLECT { UNWIND names AS name RETURN name ORDER BY name } AS places,
       examples,
       as_of,
       COLLECT { UNWIND lists AS list UNWIND list AS source RETURN DISTINCT source ORDER BY source } AS sources
ORDER BY projects + seek + offer + events DESC, theme, topic.id;
