// Members of a network by country
//
// Who belongs to a network or association today, country by country, and since when. A membership that its source
// gave an end to, or stopped listing, is left out. As of: how old the list is that says so.
//
// parameter network: network, for example "own:eurocities" - The network or association.
// parameter country: country, default null, for example "FI" - Only members in this country; null for all of them.
//
// column country: Country of the member, as two letters.
// column country_name: Its name.
// column member: The member.
// column kind: City, Region or Organisation.
// column role: Its role in the network, where the source tells.
// column since: Member since, where the source tells.
// column as_of: The date of the list that the membership is known from.
// column sources: Who says so.
//
// tags: network, membership, country
// since: 0.1
MATCH (network:Entity {id: $network})<-[membership:MEMBER_OF]-(body:Entity)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
  AND ($country IS NULL OR body.country = $country)
OPTIONAL MATCH (home:Country {iso_code: body.country})
RETURN body.country AS country,
       home.name AS country_name,
       body.name AS member,
       CASE WHEN body:City THEN 'City' WHEN body:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       membership.role AS role,
       membership.since AS since,
       membership.as_of AS as_of,
       membership.sources AS sources
ORDER BY country, member, body.id;

// picture
MATCH path = (network:Entity {id: $network})<-[membership:MEMBER_OF]-(body:Entity)
WHERE membership.ended IS NULL
  AND (membership.until IS NULL OR membership.until >= left(toString(date()), size(membership.until)))
  AND ($country IS NULL OR body.country = $country)
RETURN path
ORDER BY body.country, body.name, body.id, membership.key
LIMIT 300;
