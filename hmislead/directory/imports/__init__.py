"""Brings HMIS CSV exports and rosters into the directory: plan, preview, apply.

Start at `operations` (what pages, the API, jobs and the command call). A plan is made from a file and from what is known
here (`hmis_plan`, `roster_plan`), shown as `ImportChange` rows (`preview`) and written in one transaction (`hmis_apply`,
`roster_apply`). What each rule means for people is told in docs/imports.md.
"""
