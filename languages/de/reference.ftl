# Reference pages and Try it.
