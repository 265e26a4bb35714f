"""When and how: definitions, jobs, schedules, and the command line. Wiring only."""
