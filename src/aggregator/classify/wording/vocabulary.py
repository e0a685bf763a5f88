"""The words and signs of what software writes by itself: counters, ages, stamps, reading times."""

from __future__ import annotations

import re
from typing import Final


def words(text: str) -> frozenset[str]:
    """Return the words of a text that lists them."""
    return frozenset(text.split())


NUMBER: Final = r"\d(?:[\d,.']{0,20}\d)?(?: ?[km](?!\w))?\+?"
FEW: Final = (
    rf"(?:{NUMBER}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a few|several|un|dau"
    r"|d?dwy|tri|tair|pedwar|pedair|pump?|chwech?|saith|wyth|naw|deg)"
)
SHORT_UNIT: Final = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|eiliad(?:au)?|munud(?:au)?|awr|oriau|d?diwrnod"
    r"|[smhd])"
)
LONG_UNIT: Final = (
    r"(?:weeks?|months?|years?|wythnos(?:au)?|mis(?:oedd)?|fis|blynedd|flynedd|flwyddyn|mo|[wy])"
)
UNIT: Final = rf"(?:{SHORT_UNIT}|{LONG_UNIT})"
CLOCK: Final = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?: ?[ap]\.?m\.?)?(?: ?(?:gmt|bst|utc))?"

# How long ago something was; the unit counts.
AGO: Final = re.compile(
    rf"(?:\b(?:about|over|almost|less than|more than) )?"
    rf"\b(?:{FEW} ?(?P<unit>{UNIT})(?:,? (?:and )?{FEW} {UNIT}){{0,3}}"
    r"|(?:awr|wythnos|pythefnos|mis|blwyddyn))"
    r" (?:ago|yn ol|yn ôl)\b"
)
# What `3 days ago` is on another day.
RELATIVE_DAY: Final = re.compile(
    r"\b(?:just now|moments ago|today|yesterday|tomorrow|this (?:morning|week|month)|last (?:week|month|year)"
    rf"|heddiw|ddoe|echdoe|yfory)\b(?:,? (?:(?:at|am) )?{CLOCK})?"
)

# What software counts, and what readers did.
COUNTED: Final = words(
    "view views pageview pageviews visit visits visitor visitors hit hits download downloads impression"
    " impressions click clicks read reads like likes share shares comment comments reply replies reaction"
    " reactions follower followers subscriber subscribers reader readers retweet retweets play plays"
    " favourite favourites bookmark bookmarks counter rating ratings word words signature signatures"
    " viewed visited downloaded shared opened printed clicked accessed seen liked watched played ymweliad"
    " ymweliadau ymwelydd ymwelwyr sylw sylwadau gwelwyd edrychwyd lawrlwytho lawrlwythiad lawrlwythiadau"
    " darllenwyd darlleniad darlleniadau hoffi rhannu ymatebion ymateb geiriau gair"
)
PRESENT: Final = words(
    "online reading viewing browsing watching guests guest logged left remaining remain ôl showing dangos"
)
READING: Final = words("read reading darllen ddarllen")
# When software says that a page was touched.
STAMPED: Final = words(
    "updated reviewed modified checked viewed printed generated refreshed accessed retrieved visited"
    " crawled cached edited changed update modification diweddarwyd diweddaru ddiweddaru diweddariad"
    " adolygwyd adolygu hadolygu newidiwyd newid argraffwyd"
)
# When it says how long ago; the date itself is the publisher's.
SAID: Final = words("posted published added active activity created cyhoeddwyd postiwyd ychwanegwyd")
# Words beside them that say nothing more.
_BESIDE: Final = words(
    "this the a an it had tua page pages site website web content list document file post article item"
    " topic has have been was were is are be of in on at to by for and so far now today currently current"
    " since total unique number no nr count time times last latest first only our your you re there here"
    " all people persons person user users member members team vote votes star stars yet about over ago"
    " just per estimated takes take less than more approximately around min mins minute minutes second"
    " seconds hour hours day days week weeks th st nd rd y yr r o i w n a ei eu ar am ac hi hon hwn mae yw"
    " yn wedi dudalen tudalen wefan gwefan ddogfen dogfen nifer cyfanswm gwaith weithiau o'r ddiwethaf"
    " diwethaf amser munud munudau eiliad awr oriau diwrnod ddiwrnod wythnos results result entries"
    " canlyniad canlyniadau"
)
KNOWN: Final = COUNTED | PRESENT | READING | STAMPED | SAID | _BESIDE
# Words that stand for a number.
NO_NUMBER: Final = words("no first less dim")

# Words beside a date that only say which day it is.
OF_TODAY: Final = words("today now current heddiw morning afternoon evening bore prynhawn noswaith")
OF_THE_DAY: Final = OF_TODAY | words(
    "s is it the date time day local london generated rendered printed retrieved accessed refreshed page site"
    " on at of as edition weather for forecast your here good da yw mae hi n yn dyddiad"
)
