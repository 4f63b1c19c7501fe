# The console's settings, webhooks, access tokens.
