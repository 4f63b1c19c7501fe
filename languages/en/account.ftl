# The account of a person: security, sessions, notifications, inbox, mails.
