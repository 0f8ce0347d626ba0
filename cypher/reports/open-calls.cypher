// Open calls and their themes
//
// Calls that have not closed, those that close first on top; then those whose closing date nobody gives. Of these the
// ones that opened, or were last described, more than a year ago come last: they are probably closed. A call that opens
// later says so.
//
// parameter theme: theme, default null, for example "own:climate-mitigation" - Only calls on this theme; null for all.
//
// column closes: Last day, as exactly as it is known.
// column opens: First day, as exactly as it is known.
// column state: Open, opens later, closing date unknown, or probably closed.
// column call: The call.
// column programme: The programme that it is part of.
// column themes: What it is about.
// column budget_eur: Its budget in euro, where known.
// column rule: Who may apply, where known.
// column as_of: The date for which the call is described.
// column sources: Who says so.
//
// tags: call, programme, theme
// since: 0.1
MATCH (offer:Call)
WITH offer, toString(date()) AS today, toString(date() - duration({years: 1})) AS last_year
WHERE offer.ended IS NULL
  AND (offer.closes IS NULL OR offer.closes >= left(today, size(offer.closes)))
  AND ($theme IS NULL OR EXISTS {
    MATCH (offer)-[about:ABOUT]->(:Theme {id: $theme})
    WHERE about.ended IS NULL
  })
WITH offer, today,
     offer.closes IS NULL
       AND (coalesce(offer.opens < left(last_year, size(offer.opens)), false)
         OR coalesce(offer.as_of < left(last_year, size(offer.as_of)), false)) AS old
RETURN offer.closes AS closes,
       offer.opens AS opens,
       CASE
         WHEN offer.opens > today THEN 'opens later'
         WHEN old THEN 'probably closed'
         WHEN offer.closes IS NULL THEN 'closing date unknown'
         ELSE 'open'
       END AS state,
       offer.name AS call,
       COLLECT {
         MATCH (offer)-[part:PART_OF]->(fund:Programme)
         WHERE part.ended IS NULL
         RETURN fund.name AS name ORDER BY name
       } AS programme,
       COLLECT {
         MATCH (offer)-[about:ABOUT]->(topic:Theme)
         WHERE about.ended IS NULL
         RETURN topic.name AS name ORDER BY name
       } AS themes,
       offer.budget_eur AS budget_eur,
       offer.rule AS rule,
       offer.as_of AS as_of,
       offer.sources AS sources
ORDER BY closes IS NULL, old, closes, call, offer.id;
