# The console's pages of policies, rules and credentials in them.
