"""Pages of deviation reports, sanctions and grievances."""
