"""What is done with deviation reports, sanctions and grievances. Pages, API and nights call these."""
