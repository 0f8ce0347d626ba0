"""All recommendations by Apache Spark, on one machine or many: no machine needs to hold who is in what."""
