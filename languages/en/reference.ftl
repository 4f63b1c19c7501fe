# Reference pages and Try it.

# As a place in the trail of a page.
reference-here = Reference
reference-title = { $api } reference
reference-title-version = { $api } { $version } reference
reference-signing-in = Signing in
reference-authentication = Send your key as Authorization: Bearer, or in the X-API-Key header.
reference-base-addresses = Base addresses
# Of operations that stand in one group.
reference-operations-count = { $count ->
        [one] { $count } operation
       *[other] { $count } operations
    }
reference-open-group = Open { $group }
reference-path = Path
reference-downloads = Downloads
reference-download-document = OpenAPI document as it was published
reference-download-llms = llms.txt, for programs that read text

# The rail beside it.
reference-filter-operations = Filter operations
reference-more-groups = More groups
reference-read-first = Read first
reference-overview = Overview
reference-errors = Errors

# One operation.
reference-copy-path = Copy path
reference-sign-in = Sign-in
reference-sign-in-by-key = API key as a bearer token, or in X-API-Key
reference-note = Note
reference-left-out = Parts were left out because the operation is very large. The download has all of it.
reference-path-parameters = Path parameters
reference-query-parameters = Query parameters
reference-header-parameters = Header parameters
reference-cookie-parameters = Cookie parameters
reference-request-body = Request body
# $kind is a media type.
reference-body-required = { $kind }, required
reference-responses = Responses
reference-no-body = No body.
reference-headers = Headers
reference-callbacks = Callbacks
reference-callbacks-lead = Requests that the API sends back to you.
reference-callback = Callback
reference-sent-to = Sent to
reference-sample-language = Language of the sample
reference-body = Body
# What an answer leads to: $link is its name, $target an operation.
reference-leads-to = { $link }: call { $target }.
reference-leads-to-with = { $link }: call { $target } with { $values }.
# In the place of $target.
reference-another-operation = another operation

# One callback.
reference-callback-title = { $callback }, callback of { $operation }
reference-callback-lead = The API sends this request back to you after a call of <link>{ $operation }</link>.
reference-you-receive = What you receive
reference-you-answer = What you answer
reference-no-answers = The description names no answer.

# Schemas, and the list of them and of callbacks.
reference-parts = Schemas and callbacks
reference-parts-count = { $count } schemas and callbacks.
reference-no-parts = None. A description has them here from when it is published with this release or a later one.
reference-what-it-is = What it is
reference-callback-to = Callback, { $method } { $address }
reference-answer-by = Answer
reference-answer-by-gateway = By the gateway
reference-scenario-help = The others are made from the description, and nothing is sent.
reference-choose-scenario = Choose an answer of the list: the description has this one no more.
reference-scenario-only = Made from the description. Nothing is sent, and no access is needed.
reference-download-answer = Download it
reference-show-answer = Show the answer
reference-simulated = Made from the description. Nothing was sent.
reference-and-more = And { $count } more
reference-schema-title = { $schema }, schema
reference-fields = Fields
reference-example = Example
reference-where-used = Where used
reference-used-nowhere = Nothing names it.
reference-used-in = { $count ->
        [one] Named in { $count } place.
       *[other] Named in { $count } places.
    }
reference-used-more = { $count } more are in the description and not listed.
reference-operation-or-schema = Operation or schema
reference-used-as = As
reference-use-request = Request
reference-use-response = Response
reference-use-parameter = Parameter
reference-use-schema = Schema

# One field.
reference-link-to = Link to { $field }
reference-required = required
# Stands for the body as a whole, and says that a field is sent in it.
reference-this-body = body
reference-all-of = All of { $schema }
reference-one-of = One of { $values }.
reference-one-of-more = One of { $values } and { $count } more.
reference-default = Default { $value }.
reference-from = From { $schema }.
reference-only-in-answers = Only in answers.
reference-only-in-requests = Only in requests.
reference-recursive = { $schema } again (recursive).
reference-more-inside = More inside; the download has all of it.

# Try it.
reference-try-it = Try it
reference-hint-sign-in = Send calls from here, without a key, once you are signed in.
reference-hint-unknown = This operation takes a form whose parts are not described, so there is nothing to fill in. Send it with the sample.
reference-hint-access = Send calls from here, without a key, once one of your applications has access.
reference-hint-active = Send calls from here as soon as your access is active.
reference-request-access = Request access
reference-see-request = See the request
reference-send-as = Send as
# Before an environment.
reference-send-in = In
reference-place-path = path
reference-place-query = query
reference-place-header = header
reference-place-cookie = cookie
reference-input-list = { $place }, values between commas
reference-body-file = { $kind }, one file of at most { $size } MB
reference-field-file = body, one file; the call has at most { $size } MB
reference-field-files = body, files; the call has at most { $size } MB
reference-field-objects = body, a list of JSON objects
reference-field-object = body, a JSON object
reference-field-list = body, values between commas
reference-field-kind = body, { $kind }
reference-choose-again = Choose the file again: browsers do not keep it in a form that is shown again.
reference-choose-environment = Choose one of the environments.
reference-no-field = This operation has no field { $field }.
reference-fault-body = Body: { $fault }
reference-asks = <b>This changes something in production.</b> Nothing was sent yet. Send it again to go ahead; you are asked once until you sign out.
reference-send-to-production = Send to production
reference-send-and-download = Send and download
reference-key-lives = Uses a key that lives 60 seconds. It counts as a call of the application.
# The call that takes the plan for trying out.
reference-trial-plan = You need not ask for access to try: sending takes the plan <b>{ $plan }</b> for the application, which is granted at once. It allows { $rate }, for { $days ->
    [one] one day
   *[other] { $days } days
}, once for each team.
reference-trial-application = Trying { $api }
reference-trial-new = A new one: { $name }
reference-trial-reason = Tried from the page of { $operation }.
reference-trial-taken = { $application } may call now, with the plan { $plan }. With a key it does so from anywhere.
reference-create-key = Create a key

# What came back.
reference-answer = Answer
reference-about-code = About { $code }
reference-same-with-curl = The same call with curl
reference-not-text = The body is not text ({ $kind }).
# In the place of $kind.
reference-unnamed-type = of no named type
# Sizes, as "256 KB".
reference-first-of = The first { $shown } of { $size }.
reference-left-second = { $count } left this second
reference-left-minute = { $count } left this minute
reference-left-hour = { $count } left this hour
reference-left-day = { $count } left this day
reference-left-week = { $count } left this week
reference-left-month = { $count } left this month
reference-left-year = { $count } left this year
# $period is a name that a gateway gives.
reference-left = { $count } left this { $period }

# What the description says of values: in one phrase, of which the page makes a sentence.
reference-bound-const = always { $value }
reference-bound-multiple = a multiple of { $value }
reference-bound-pattern = matches { $value }
reference-bound-unique = no item twice
reference-bound-encoding = encoded as { $value }
reference-bound-media-type = contains { $value }
reference-bound-closed = no other properties
reference-bound-contains = has at least one { $value }
reference-bound-not = not { $value }
reference-bound-conditions = further conditions depend on other values
reference-bound-more = more than { $value }
reference-bound-least = at least { $value }
reference-bound-less = less than { $value }
reference-bound-most = at most { $value }
reference-bound-exactly = exactly { $value }
reference-bound-range = { $least } to { $most }
# Of the items of an array; $bound is one of these phrases.
reference-bound-each = each { $bound }
reference-characters = { $count ->
        [one] { $count } character
       *[other] { $count } characters
    }
reference-items = { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
reference-properties = { $count ->
        [one] { $count } property
       *[other] { $count } properties
    }

# Where a callback is sent; $value is one of the texts reference-value-...
reference-sent-to-value = Sent to the address in { $value }.
reference-sent-to-address = Sent to { $address }.
reference-sent-to-filled = Sent to { $address }, where { $filled }.
reference-sent-filled = { $expression } is { $value }
reference-sent-and = { $all }, and { $one }
reference-value-url = the address that was called
reference-value-method = the method of the call
reference-value-status = the status of the response
reference-value-request-body = the request body
reference-value-response-body = the response body
reference-value-request-field = the field { $name } of the request body
reference-value-response-field = the field { $name } of the response body
reference-value-request-header = the header { $name } of the request
reference-value-response-header = the header { $name } of the response
reference-value-request-query = the query parameter { $name } of the request
reference-value-response-query = the query parameter { $name } of the response
reference-value-request-path = the path parameter { $name } of the request
reference-value-response-path = the path parameter { $name } of the response

# How several values of a parameter are written, with an example.
reference-style-dot = written with a leading dot: { $example }
reference-style-matrix = written as { $example }
reference-style-repeat = repeat it for each value: { $example }
reference-style-commas = values separated by commas: { $example }
reference-style-own = each property is a parameter of its own: { $example }
reference-style-pairs = keys and values separated by commas: { $example }
reference-style-spaces = values separated by spaces: { $example }
reference-style-bars = values separated by bars: { $example }
reference-style-brackets = each property in brackets: { $example }
reference-style-keys = keys and values: { $example }
reference-style-each-dot = values each after a dot: { $example }
reference-style-after-dot = values after a dot: { $example }
reference-style-keys-dots = keys and values after dots: { $example }
reference-style-keys-dot = keys and values after a dot: { $example }
reference-style-itself = each property by itself: { $example }

# Of answers that stand for several codes.
reference-status-default = Any other status
reference-status-informational = Any informational status
reference-status-success = Any success
reference-status-redirect = Any redirect
reference-status-client = Any client error
reference-status-server = Any server error

# Types; names of JSON types stay in every language.
reference-type-nothing = nothing
reference-type-any = any value
reference-type-listed = one of a list
reference-or = {" "}or{" "}
reference-type-tuple = tuple
reference-type-array = array
reference-type-object = object
reference-type-array-of = array of { $items }
reference-type-map-of = map of { $values }
reference-format-date-time = date and time (RFC 3339)
reference-format-date = date (YYYY-MM-DD)
reference-format-time = time (RFC 3339)
reference-format-duration = duration (ISO 8601)
reference-format-email = e-mail address
reference-format-uri-reference = URL, also relative
reference-format-hostname = host name
reference-format-ipv4 = IPv4 address
reference-format-ipv6 = IPv6 address
reference-format-binary = binary
reference-format-password = password
reference-format-int32 = 32 bits
reference-format-int64 = 64 bits
reference-format-float = single precision
reference-format-double = double precision
reference-format-regex = regular expression
reference-option = Option { $number }: { $words }

# given.rs
reference-needed-fill-it-in = Needed: fill it in.
reference-use-at-most-characters = Use at most { $value_max } characters.
reference-use-text-without-line-breaks-or = Use text without line breaks or control characters.
reference-a-header-takes-ascii-characters-only = A header takes ASCII characters only.
reference-would-lead-to-another-address = { $text } would lead to another address.
reference-use-one-of-got = Use one of { $join }; got { $text }.
reference-use-got = Use { $in_words }; got { $text }.
reference-use-or-more-got = Use { $least } or more; got { $number }.
reference-use-or-less-got = Use { $most } or less; got { $number }.
reference-a-whole-number = a whole number
reference-a-number = a number
reference-true-or-false = true or false
reference-a-json-object = a JSON object
reference-a-value-of-its-type = a value of its type

# given_body.rs
reference-this-operation-takes-no-body = This operation takes no body.
reference-the-parts-of-this-body-are = The parts of this body are not described; use the sample.
reference-needed-choose-a-file = Needed: choose a file.
reference-choose-one-file = Choose one file.
reference-use-at-most-kib = Use at most { $body_max } KiB.
reference-use-a-json-list-of-objects = Use a JSON list of objects.
reference-use-a-json-object = Use a JSON object.
reference-this-is-not-json-at-line = This is not JSON, at line { $line }, column { $column }: { $fault }.
reference-use-at-most-32-kib-here = Use at most 32 KiB here; the sample takes any size.
