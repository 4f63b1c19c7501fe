# The console's pages of APIs: versions, reports, policies' places, backends, guides.
