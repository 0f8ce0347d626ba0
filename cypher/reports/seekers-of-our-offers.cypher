// Who seeks what we offer
//
// Open requests of others on the themes that a city or region offers something on, where the parts go together: a
// mentor with who wants to learn, who would lead a project with who would join one. kg match shows the other ways as
// well, and says what it left out.
//
// parameter place: place, for example "geonames:456172" - The city or region that offers.
// parameter country: country, default null, for example "UA" - Only who is in this country; null for all of them.
//
// column theme: The theme.
// column who: Who seeks.
// column country: Its country, as two letters.
// column kind: City, Region or Organisation.
// column role: What it would be: learner, lead or partner.
// column note: In its words.
// column until: The request stands until, where given.
// column our_role: What we offered to be: mentor, lead or partner.
// column our_note: Our offer, in our words.
// column as_of: The older of the dates that the two requests are known from.
// column sources: Who says so.
//
// tags: city, theme, matchmaking
// needs: offers and requests (kg offer add, kg seek add)
// since: 0.1
MATCH (us:Entity {id: $place})-[offer:OFFERS]->(topic:Theme)<-[request:SEEKS]-(other:Entity)
WITH us, offer, topic, request, other,
     coalesce(offer.role, 'mentor') AS our_role,
     coalesce(request.role, 'learner') AS role,
     toString(date()) AS today
WHERE other <> us
  AND ($country IS NULL OR other.country = $country)
  AND [our_role, role] IN [['mentor', 'learner'], ['lead', 'partner'], ['partner', 'lead']]
  AND all(one IN [offer, request] WHERE
    one.ended IS NULL
    AND coalesce(one.status, 'open') = 'open'
    AND (one.since IS NULL OR one.since <= today)
    AND (one.until IS NULL OR one.until >= left(today, size(one.until))))
RETURN topic.name AS theme,
       other.name AS who,
       other.country AS country,
       CASE WHEN other:City THEN 'City' WHEN other:Region THEN 'Region' ELSE 'Organisation' END AS kind,
       role,
       request.note AS note,
       request.until AS until,
       our_role,
       offer.note AS our_note,
       CASE WHEN offer.as_of <= request.as_of THEN offer.as_of ELSE coalesce(request.as_of, offer.as_of) END AS as_of,
       request.sources + [source IN offer.sources WHERE NOT source IN request.sources] AS sources
ORDER BY theme, country, who, other.id, request.key, offer.key;
