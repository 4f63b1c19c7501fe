# Times and ages. Numbers are written and grouped by the program.

date-day = { $day }. { $month ->
        [1] Jan.
        [2] Feb.
        [3] März
        [4] Apr.
        [5] Mai
        [6] Juni
        [7] Juli
        [8] Aug.
        [9] Sep.
        [10] Okt.
        [11] Nov.
       *[12] Dez.
    } { $year }
date-short = { $day }. { $month ->
        [1] Jan.
        [2] Feb.
        [3] März
        [4] Apr.
        [5] Mai
        [6] Juni
        [7] Juli
        [8] Aug.
        [9] Sep.
        [10] Okt.
        [11] Nov.
       *[12] Dez.
    }
date-exact = { $day }, { $clock } UTC

time-now = gerade eben
time-ago-seconds = { $count ->
        [one] vor { $count } Sekunde
       *[other] vor { $count } Sekunden
    }
time-in-seconds = { $count ->
        [one] in { $count } Sekunde
       *[other] in { $count } Sekunden
    }
time-ago-minutes = { $count ->
        [one] vor { $count } Minute
       *[other] vor { $count } Minuten
    }
time-in-minutes = { $count ->
        [one] in { $count } Minute
       *[other] in { $count } Minuten
    }
time-ago-hours = { $count ->
        [one] vor { $count } Stunde
       *[other] vor { $count } Stunden
    }
time-in-hours = { $count ->
        [one] in { $count } Stunde
       *[other] in { $count } Stunden
    }
time-ago-days = { $count ->
        [one] vor { $count } Tag
       *[other] vor { $count } Tagen
    }
time-in-days = { $count ->
        [one] in { $count } Tag
       *[other] in { $count } Tagen
    }

age-short = unter 1 Min.
age-minutes = { $minutes } Min.
age-hours = { $hours } Std. { $minutes } Min.
age-days = { $days } T. { $hours } Std.
span-day = 1 Tag
span-days = { $count } Tage
span-hour = 1 Stunde
span-hours = { $count } Stunden
span-minute = 1 Minute
span-minutes = { $count } Minuten
