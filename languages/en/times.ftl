# Times and ages. Numbers are written and grouped by the program.

date-day = { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    } { $year }
date-short = { $day } { $month ->
        [1] Jan
        [2] Feb
        [3] Mar
        [4] Apr
        [5] May
        [6] Jun
        [7] Jul
        [8] Aug
        [9] Sep
        [10] Oct
        [11] Nov
       *[12] Dec
    }
date-exact = { $day }, { $clock } UTC

time-now = just now
time-ago-seconds = { $count ->
        [one] { $count } second ago
       *[other] { $count } seconds ago
    }
time-in-seconds = { $count ->
        [one] in { $count } second
       *[other] in { $count } seconds
    }
time-ago-minutes = { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
time-in-minutes = { $count ->
        [one] in { $count } minute
       *[other] in { $count } minutes
    }
time-ago-hours = { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
time-in-hours = { $count ->
        [one] in { $count } hour
       *[other] in { $count } hours
    }
time-ago-days = { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
time-in-days = { $count ->
        [one] in { $count } day
       *[other] in { $count } days
    }

age-short = under 1 min
age-minutes = { $minutes } min
age-hours = { $hours } h { $minutes } min
age-days = { $days } d { $hours } h
span-day = 1 day
span-days = { $count } days
span-hour = 1 hour
span-hours = { $count } hours
span-minute = 1 minute
span-minutes = { $count } minutes
