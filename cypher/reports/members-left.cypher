// Members that left a network
//
// Who was a member once and is none now, the latest first: because a source gives the last day, or because a newer list
// no longer has it. The second may also be a slip of the list. Who left and came back is not here.
//
// parameter network: network, for example "own:eurocities" - The network or association.
// parameter since: date, default null, for example "2015" - Only who left on or after this date; null for all of them.
//
// column left_on: Last day of the membership, or the date of the first list without it, as exactly as it is known.
// column known_from: Whether a source gives the last day, or a newer list no longer has the member.
// column member: The former member.
// column country: Its country, as two letters.
// column kind: City, Region or Organisation.
// column member_since: Member since, where a source told.
// column merged_into: The municipality that it is part of now, where it was merged.
// column as_of: The date of the list that the membership is known from.
// column sources: Who says so.
//
// tags: network, membership, history
// needs: a second edition of a member list, or one that names former members (kg load eurocities, kg load table)
// since: 0.1
MATCH (network:Entity {id: $network})<-[membership:MEMBER_OF]-(body:Entity)
WITH network, membership, body,
     toString(date()) AS today,
     CASE
       WHEN membership.until IS NULL THEN membership.ended
       ELSE membership.until
     END AS left_on
WHERE left_on IS NOT NULL
  AND (membership.ended IS NOT NULL OR left_on < left(today, size(left_on)))
  AND ($since IS NULL OR left_on >= $since)
  AND NOT EXISTS {
    MATCH (body)-[m:MEMBER_OF]->(network)
    WHERE m.ended IS NULL AND (m.until IS NULL OR m.until >= left(today, size(m.until)))
  }
RETURN left_on,
       CASE WHEN membership.until IS NULL THEN 'no longer listed' ELSE 'last day given' END AS known_from,
       body.name AS member,
       body.country AS country,
       CASE WHEN body:City THEN 'City' WHEN body:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       membership.since AS member_since,
       COLLECT {
         MATCH (body)-[merger:SUCCEEDED_BY]->(successor:City)
         WHERE merger.ended IS NULL
         RETURN successor.name AS name ORDER BY name
       } AS merged_into,
       membership.as_of AS as_of,
       membership.sources AS sources
ORDER BY left_on DESC, country, member, body.id, membership.key;
