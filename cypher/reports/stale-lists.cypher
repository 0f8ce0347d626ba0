// Networks whose member lists are old
//
// Networks and associations none of whose current members is known from a list newer than a date, the oldest list
// first: load a newer edition, or say the age when you quote them. A network whose lists have no date is here as well.
//
// parameter before: date, default null, for example "2020" - Older than this; null for older than two years.
//
// column network: The network or association.
// column members: Its current members in the graph.
// column members_stated: How many members it has by its own account, where known.
// column newest: The date of the newest list; empty when none has a date.
// column undated: How many of the memberships have no date of their own.
// column as_of: The date of the oldest list among them, where it has one.
// column sources: Who publishes these lists.
//
// tags: quality, network, source
// since: 0.1
MATCH (club:Organisation)
WHERE EXISTS { (club)<-[:MEMBER_OF]-() }
WITH club, coalesce($before, toString(date() - duration({years: 2}))) AS limit
CALL (club) {
  MATCH (club)<-[membership:MEMBER_OF]-(member:Entity)
  WHERE membership.ended IS NULL
    AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
  RETURN count(DISTINCT member) AS members,
         count(*) - count(membership.as_of) AS undated,
         max(membership.as_of) AS newest_row,
         min(membership.as_of) AS oldest_row
}
WITH club, limit, members, undated, newest_row, oldest_row
WHERE members > 0
  AND (newest_row IS NULL OR newest_row < left(limit, size(newest_row)))
WITH club, limit, members, undated, newest_row, oldest_row,
     COLLECT {
       MATCH (club)<-[membership:MEMBER_OF]-(:Entity)
       WHERE membership.ended IS NULL
         AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
       UNWIND membership.sources AS source
       RETURN DISTINCT source ORDER BY source
     } AS sources
// Where rows have no date of their own, the edition of their source is their age.
WITH club, limit, members, undated, newest_row, oldest_row, sources,
     COLLECT {
       UNWIND sources AS id
       MATCH (source:Source {id: id})
       WHERE undated > 0 AND source.edition IS NOT NULL
       RETURN source.edition AS edition ORDER BY edition
     } AS editions
WITH club, limit, members, undated, sources,
     CASE WHEN newest_row >= editions[-1] THEN newest_row ELSE coalesce(editions[-1], newest_row) END AS newest,
     CASE WHEN oldest_row <= editions[0] THEN oldest_row ELSE coalesce(editions[0], oldest_row) END AS as_of
WHERE newest IS NULL
   OR newest < left(limit, size(newest))
RETURN club.name AS network,
       members,
       club.members_stated AS members_stated,
       newest,
       undated,
       as_of,
       sources
ORDER BY newest IS NOT NULL, newest, network, club.id;
