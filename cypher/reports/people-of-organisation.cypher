// People and posts of an organisation
//
// Who holds which public post in a network, association or other organisation, today or also before, as its sources
// state it. Persons are here with their public role alone.
//
// parameter organisation: organisation, for example "own:cemr" - The organisation.
// parameter former: yes or no, default false, for example true - Also posts that ended.
//
// column post: The post.
// column person: Who holds it.
// column since: From when, where a source tells.
// column until: Until when, where a source tells.
// column state: Current or former.
// column as_of: The date of the list that the post is known from.
// column sources: Who says so.
//
// tags: organisation, person
// since: 0.1
MATCH (body:Entity {id: $organisation})<-[held:HOLDS_POST]-(holder:Person)
WITH held, holder,
     held.ended IS NULL
       AND (held.until IS NULL OR held.until >= left(toString(date()), size(held.until))) AS holds
WHERE holds OR $former
RETURN held.post AS post,
       holder.name AS person,
       held.since AS since,
       held.until AS until,
       CASE WHEN holds THEN 'current' ELSE 'former' END AS state,
       held.as_of AS as_of,
       held.sources AS sources
ORDER BY state, post, person, holder.id, held.key;
