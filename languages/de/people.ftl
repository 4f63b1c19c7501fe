# The console's pages of people, teams, roles, applications, incidents; the tenants of an installation.
