# Requests for access, as a developer sees them.
