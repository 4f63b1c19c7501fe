# The console's pages of who gets what: approval queue, plans, products, terms, home.
