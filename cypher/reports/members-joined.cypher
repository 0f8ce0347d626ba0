// Who joined a network after a date
//
// Members that joined on or after a date and are still members, the latest first. A date that is known only as a year or
// a month counts from its first day. Members for which no source says since when are left out: network-members has them.
//
// parameter network: network, for example "own:eurocities" - The network or association.
// parameter after: date, for example "2015" - Joined on or after this date.
//
// column joined: Member since, as exactly as it is known.
// column member: The member.
// column country: Its country, as two letters.
// column kind: City, Region or Organisation.
// column role: Its role in the network, where the source tells.
// column status: Its status, where the source tells.
// column as_of: The date of the list that the membership is known from.
// column sources: Who says so.
//
// tags: network, membership, history
// needs: a member list with dates (kg load eurocities, kg load covenant, kg load table)
// since: 0.1
MATCH (network:Entity {id: $network})<-[membership:MEMBER_OF]-(body:Entity)
WHERE membership.since >= $after
  AND membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
RETURN membership.since AS joined,
       body.name AS member,
       body.country AS country,
       CASE WHEN body:City THEN 'City' WHEN body:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       membership.role AS role,
       membership.status AS status,
       membership.as_of AS as_of,
       membership.sources AS sources
ORDER BY joined DESC, country, member, body.id, membership.key;
