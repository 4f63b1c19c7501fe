# The console's pages of what runs: gateways, releases, configuration, jobs, audit.
