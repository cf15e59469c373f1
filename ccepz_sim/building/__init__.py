"""Building the zone in the base year, from the content: tables, jobs, money, stocks."""
