// Made from kg/schema by `make generate`; a test fails when it is out of date.
CREATE FULLTEXT INDEX entity_names IF NOT EXISTS FOR (n:Entity) ON EACH [n.search_names];
CREATE INDEX city_name IF NOT EXISTS FOR (n:City) ON (n.name);
CREATE INDEX city_country IF NOT EXISTS FOR (n:City) ON (n.country);
CREATE INDEX city_country_population IF NOT EXISTS FOR (n:City) ON (n.country, n.population);
CREATE INDEX region_name IF NOT EXISTS FOR (n:Region) ON (n.name);
CREATE INDEX region_country_population IF NOT EXISTS FOR (n:Region) ON (n.country, n.population);
CREATE INDEX organisation_name IF NOT EXISTS FOR (n:Organisation) ON (n.name);
CREATE INDEX organisation_acronym IF NOT EXISTS FOR (n:Organisation) ON (n.acronym);
CREATE INDEX project_name IF NOT EXISTS FOR (n:Project) ON (n.name);
CREATE INDEX person_name IF NOT EXISTS FOR (n:Person) ON (n.name);
CREATE INDEX change_load IF NOT EXISTS FOR (n:Change) ON (n.load);
CREATE INDEX load_scope IF NOT EXISTS FOR (n:Load) ON (n.scope);
CREATE POINT INDEX city_location IF NOT EXISTS FOR (n:City) ON (n.location);
