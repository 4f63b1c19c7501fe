# The console's pages of people, teams, roles, applications, incidents; the tenants of an installation.

# people.html
people-people = People
people-people-and-teams = People and teams
people-invite-a-person = Invite a person
people-invite = Invite

# person.html
people-roles-in-the-whole-tenant = Roles in the whole tenant
people-save-roles = Save roles
people-grants = Grants
people-for = For
people-allows = Allows
people-take-away = Take away
people-for-2 = { $role } for { $on }
people-give-a-role-for-a-part = Give a role for a part, or one of your own
people-give-role = Give role
people-what-can-do-and-why = What { $name } can do, and why
people-ask = Ask
people-nothing-of-what-was-asked-about = Nothing of what was asked about.
people-may = May
people-on = On
people-let-in-again = Let in again
people-disable = Disable
people-can-sign-in-again-and-finds = { $name } can sign in again and finds everything as it was.
people-can-no-longer-sign-in-to = { $name } can no longer sign in to { $tenant_name }. Applications stay with their teams and keys keep working.
people-enable = Enable { $name }
people-disable-2 = Disable { $name }
people-second-factor = Second factor
people-signs-in-with-take-that-away = { $name } signs in with { $shows }. Take that away only when they have lost it and you know that it is them who asks: their sessions end, and the password alone signs them in.
people-reset-second-factor = Reset second factor

# role.html
people-save-role = Save role

# roles.html
people-a-role-is-what-somebody-may = A role is what somebody may do; a grant says where.
people-make-a-role = Make a role
people-make-role = Make role

# team.html
people-add-a-member = Add a member
people-add-member = Add member

# teams.html
people-create-a-team = Create a team
people-create-team = Create team

# incident.html
people-as-others-see-it = As others see it
people-what-you-typed-was-not-posted = What you typed was not posted
people-it-is-resolved-so-nothing-more = It is resolved, so nothing more is said of it. If it happens again, open a new one.
people-how-it-goes = How it goes
people-post-update = Post update

# incidents.html
people-incidents = Incidents
people-what-those-who-use-the-apis = What those who use the APIs are told when something is wrong, or will be.
people-open-incident = Open incident
people-concerned = Concerned
people-opened-2 = Opened
people-newest-update = Newest update

# tenants.html
people-tenants = Tenants
people-each-has-its-own-people-apis = Each has its own people, APIs, keys and data. None can see another.
people-create-a-tenant = Create a tenant
people-create-tenant = Create tenant
people-tenant = Tenant

# permissions.html
people-yours-neither-to-give-nor-to = Yours neither to give nor to take: you may not do it yourself.

# team_members.html
people-in-the-team = In the team

# consumers.html
people-api-and-plan = API and plan
people-for-3 = { $application } for { $api }

# people.rs
people-invited = Invited
people-nobody-yet = Nobody yet
people-members-appear-here = Members appear here.
people-lands-on = Lands on
people-short-name-of-the-api-they = Short name of the API they come to first.
people-active = Active
people-disabled = Disabled
people-invitation-sent = Invitation sent.
people-gets-a-link-that-works-for = { $email } gets a link that works for 7 days.

# person.rs
people-a-code-of-an-app = a code of an app
people-there-is-no-api-here = There is no API '{ $api }' here.
people-anything = Anything
people-may-they = May they
people-on-the-api = On the API
people-its-short-name-empty-asks-about = Its short name; empty asks about the whole tenant.
people-every-member = Every member
people-saved = Saved.
people-it-holds-from-the-next-request = It holds from the next request of that person on.

# role.rs
people-whoever-has-it-has-it-so = Whoever has it has it so with their next request.
people-delete = Delete { $name }?
people-it-is-gone-for-good-a = It is gone for good. A role that somebody has cannot be deleted.
people-delete-role = Delete role
people-role-deleted = Role deleted.
people-nobody-had-it = Nobody had it.

# roles.rs
people-what-it-is-for = What it is for
people-in-addresses-and-files-it-stays = In addresses and files; it stays.
people-built-in = Built in
people-your-own = Your own
people-is-made = { $name } is made.
people-give-it-to-somebody-on-their = Give it to somebody on their page.

# teams.rs
people-teams-own-apis-and-applications-so = Teams own APIs and applications, so people can come and go.
people-no-teams-yet = No teams yet
people-teams-appear-here-everybody-also-has = Teams appear here. Everybody also has a team of their own.
people-owns-apis = Owns APIs
people-owns-applications = Owns applications
people-member = Member
people-lead = Lead
people-nobody-in-this-team = Nobody in this team
people-its-members-appear-here = Its members appear here.
people-choose-a-person = Choose a person.

# applications.rs
people-who-uses-what-newest-first = Who uses what, newest first.
people-nobody-uses-an-api-yet = Nobody uses an API yet
people-applications-appear-here-with-what-they = Applications appear here with what they may call.

# incident.rs
people-how-far-it-is = How far it is
people-update = Update
people-markdown-it-is-mailed-to-who = Markdown. It is mailed to who uses the APIs, and cannot be changed.
people-you-do-not-manage-all-it-concerns = You do not manage incidents of everything it concerns, so you cannot say how it goes.
people-choose-one-of-the-list = Choose one of the list.

# incidents.rs
people-still-open = Still open
people-no-incident-matches = No incident matches
people-filter-incidents = Filter incidents
people-usual-first-state = { $incident }, of maintenance { $maintenance }
people-no-incidents-yet = No incidents yet
people-open-one-when-something-is-wrong = Open one when something is wrong, or before maintenance: who uses the APIs is told.
people-of-maintenance-utc-such-as-2027 = Of maintenance. UTC, such as 2027-06-30 22:00.
people-what-is-wrong = What is wrong
people-in-one-line = In one line.
people-what-it-does-to-calls = What it does to calls
people-their-short-names-with-commas-between = Their short names with commas between them. None: it concerns every API.
people-first-update = First update
people-starts = Starts
people-ends = Ends
people-who-follows-an-api-it-concerns = Who follows an API it concerns, or has access to one, is told at once.
people-use-a-moment-such-as-2027 = Use a moment such as 2027-06-30 22:00.

# tenants.rs
people-for-addresses-never-changes = For addresses; never changes.
people-suspended = Suspended
people-closing = Closing
people-closed = Closed
people-is-ready = { $name } is ready.
people-you-are-its-owner = You are its owner.
people-lift-suspension = Lift suspension
people-suspend = Suspend
people-open-again = Open again
people-its-apis-answer-again = Its APIs answer again.
people-it-is-not-deleted-and-its = It is not deleted, and its APIs answer again.
people-every-call-to-its-apis-is = Every call to its APIs is refused at once. Its portal can be read and not changed.
people-the-gateways-are-being-told = The gateways are being told.
people-here = { $count ->
        [one] { $count } person here.
       *[other] { $count } people here.
    }
people-have-it = { $count ->
        [one] { $count } person has it.
       *[other] { $count } people have it.
    }
people-incident-opened = Opened
people-incident-resolved = , resolved
