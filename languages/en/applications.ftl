# Applications of a developer: keys, subscriptions, usage, logs, members.
