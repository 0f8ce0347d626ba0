// Who spoke where on what
//
// Who spoke, presented or moderated at which event, where it was held and on what themes, the latest event first: a
// person, an organisation, or a city that sent somebody.
//
// parameter theme: theme, default null, for example "own:digital-transformation" - Only events on this theme; null for all.
// parameter since: date, default null, for example "2020" - Only events that began on or after this; null for all.
// parameter everybody: yes or no, default false, for example true - Also those who only took part.
//
// column starts: First day of the event, as exactly as it is known.
// column event: The event.
// column city: Where it was held.
// column country: Country of that city, as two letters.
// column themes: What it was about.
// column who: Who spoke.
// column kind: Person, Organisation or City.
// column role: As what.
// column posts: Public posts of a person, with where, today.
// column organisers: Who organised the event.
// column as_of: The date of the list that the part is known from.
// column sources: Who says so.
//
// tags: event, person, theme
// since: 0.1
MATCH (meeting:Event)<-[part:TOOK_PART_IN]-(guest:Entity)
WHERE part.ended IS NULL
  AND ($since IS NULL OR meeting.start >= $since)
  AND ($everybody OR any(word IN ['speak', 'present', 'moderat', 'panel', 'keynote', 'chair']
                         WHERE toLower(part.role) CONTAINS word))
  AND ($theme IS NULL OR EXISTS {
    MATCH (meeting)-[about:ABOUT]->(:Theme {id: $theme})
    WHERE about.ended IS NULL
  })
OPTIONAL MATCH (meeting)-[held:HELD_IN]->(venue:City)
WHERE held.ended IS NULL
RETURN meeting.start AS starts,
       meeting.name AS event,
       venue.name AS city,
       venue.country AS country,
       COLLECT {
         MATCH (meeting)-[about:ABOUT]->(topic:Theme)
         WHERE about.ended IS NULL
         RETURN topic.name AS name ORDER BY name
       } AS themes,
       guest.name AS who,
       CASE WHEN guest:Person THEN 'Person' WHEN guest:City THEN 'City' ELSE 'Organisation' END AS kind,
       part.role AS role,
       COLLECT {
         MATCH (guest)-[post:HOLDS_POST]->(body:Entity)
         WHERE post.ended IS NULL
           AND (post.until IS NULL OR post.until >= left(toString(date()), size(post.until)))
         RETURN post.post + ', ' + body.name AS line ORDER BY line
       } AS posts,
       COLLECT {
         MATCH (meeting)<-[organised:ORGANISED]-(host:Organisation)
         WHERE organised.ended IS NULL
         RETURN host.name AS name ORDER BY name
       } AS organisers,
       part.as_of AS as_of,
       part.sources AS sources
ORDER BY starts IS NULL, starts DESC, event, who, meeting.id, guest.id, venue.id, part.key;
