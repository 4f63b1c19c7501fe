# What stands around every page: the bars above and below, the account's menu, the rail of the console.

skip = Skip to content
about-installation = About this installation
continue-as = Continue as { $name }
region-title = Region

# The banner of an installation.
banner-demo = Demo data. Delete it with gatehouse demo --reset.
banner-plain-http = This portal is served without TLS: sessions can be read on the way.

nav-portal = Portal
nav-apis = APIs
nav-applications = Applications
nav-requests = Requests
nav-status = Status
nav-mail = Mail
nav-inbox = Inbox
nav-help = Help
nav-sign-in = Sign in
# Of notices, after their number.
unread = unread

# Portal and console are the two areas.
area = Area
area-portal = Portal
area-console = Console

search-apis = Search APIs
search-hint = Search APIs and operations

menu-account-of = , account of { $name }
menu-go-to = Go to { $tenant }
menu-tenants = Tenants of this installation
menu-account = Your account
menu-notifications = Notifications
menu-sign-out = Sign out
no-role = No role here

foot-portal-of = { $tenant } developer portal
foot-help = Help and contact
foot-runs-on = Runs on Gatehouse { $version }
theme = Theme
theme-auto = Auto
theme-light = Light
theme-dark = Dark
density = Table density
density-comfortable = Comfortable
density-compact = Compact
ending-soon = You will be signed out in less than two minutes.
ending-stay = Stay signed in
shortcuts = Keyboard shortcuts
shortcuts-lead = They work while no field is being typed into, and need script. Switch those of a single character off if you dictate, or press keys by accident.
shortcuts-key = Key
shortcuts-does = What it does
shortcuts-on = On
shortcuts-off = Off
shortcuts-ctrl-k = Ctrl K
shortcuts-search = Search
shortcuts-next-row = Go to the next row
shortcuts-previous-row = Go to the row before
shortcuts-select-row = Select the row, or leave it out
shortcuts-approve = Approve the row, or all that are selected
shortcuts-reject = Reject the row, or all that are selected; without a reason go to its field
shortcuts-to-start = Go to the start page
shortcuts-to-apis = Go to the APIs
shortcuts-to-applications = Go to the applications
shortcuts-to-requests = Go to the requests
shortcuts-to-inbox = Go to the inbox
shortcuts-here = Open this page
shortcuts-escape = Esc
shortcuts-close = Close what is open
language = Language
# As the browser says.
language-auto = Auto

# The rail of the console. On a phone a button with the name of the page opens it.
rail = Console
rail-open = Console: { $page }
rail-menu = Menu
rail-offer = Offer
rail-run = Run
rail-home = Home
rail-requests = Requests
rail-apis = APIs
rail-products = Products
rail-plans = Plans
rail-terms = Terms
rail-applications = Applications
rail-people = People and teams
rail-gateways = Gateways
rail-incidents = Incidents
rail-releases = Releases
rail-configuration = Configuration
rail-jobs = Jobs
rail-audit = Audit
rail-settings = Settings
# Of requests, after their number.
waiting = waiting
script-copied = Copied
script-copy-by-hand = Press Control C to copy
