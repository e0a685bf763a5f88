"""The recorded news, organisations, publications, speeches and groups, as a person reads them."""

from __future__ import annotations

from aggregator.model import RemovalKind
from tests.parse.govuk.captured_row import FIRST, PDF, Row

CHRISTMAS = "/government/news/christmas-2016-prime-ministers-message"
TARGETS = (
    "/government/publications/climate-change-agreements-target-unit-tu-data-publication-discussion-paper"
)
POLICE = (
    "/government/speeches/stop-and-search-comprehensive-package-of-reform-for-police-stop-and-search-powers"
)
WALES = "/government/organisations/office-of-the-secretary-of-state-for-wales"

NEWS_STORIES = {
    "news_article__best-practice-event": Row(
        path="/government/news/cde-innovation-network-event-9-july-2015-london",
        title="CDE Innovation Network event: 9 July 2015, London",
        type="News story",
        published="2015-03-25T13:23:00.000+00:00",
        updated="2015-07-13T09:40:13.000+00:00",
        notes=3,
        note="Presentation slides are now available to view online.",
        categories=("Defence Science and Technology Laboratory", "Centre for Defence Enterprise"),
    ),
    "news_article__best-practice-government-response": Row(
        path="/government/news/improving-food-in-hospitals-and-schools",
        title="Improving food in hospitals and schools",
        type="Government response",
        published="2014-05-08T14:38:28.000+00:00",
        updated="2014-05-08T14:38:28.000+00:00",
        notes=1,
        note=FIRST,
        categories=(
            "Department for Education",
            "Department for Environment, Food & Rural Affairs",
            "Department of Health and Social Care",
        ),
    ),
    "news_article__best-practice-news-story": Row(
        path="/government/news/public-approval-for-driving-limits-for-16-drugs",
        title="Public approval for driving limits for 16 drugs",
        type="News story",
        published="2014-03-27T09:35:00.000+00:00",
        updated="2014-03-27T09:35:00.000+00:00",
        notes=1,
        note=FIRST,
        categories=("Department for Transport",),
    ),
    "news_article__best-practice-press-release": Row(
        path="/government/news/new-frank-adverts-mark-tenth-anniversary--2",
        title="New FRANK adverts mark tenth anniversary",
        type="Press release",
        published="2013-01-28T00:00:00.000+00:00",
        updated="2013-01-28T00:00:00.000+00:00",
        notes=1,
        note=FIRST,
        categories=("Home Office",),
    ),
    "news_article__news_article_withdrawn": Row(
        path=CHRISTMAS,
        title="Christmas 2016: Prime Minister's message",
        type="News story",
        published="2016-12-25T00:15:06.000+00:00",
        updated="2016-12-25T00:15:02.000+00:00",
        state=RemovalKind.WITHDRAWN,
        since="2019-08-22T10:29:02+01:00",
        translations=(("ur", f"{CHRISTMAS}.ur"),),
        categories=("Prime Minister's Office, 10 Downing Street",),
    ),
    "news_article__world_news_story_news_article": Row(
        path=f"{CHRISTMAS}-from-azerbaijan",
        title="Christmas 2016: Prime Minister's message",
        type="World news story",
        published="2016-12-25T00:15:06.000+00:00",
        updated="2016-12-25T00:15:02.000+00:00",
        translations=(("ur", f"{CHRISTMAS}.ur"),),
    ),
    "organisation__number_10": Row(
        path="/government/organisations/prime-ministers-office-10-downing-street",
        title="Prime Minister's Office, 10 Downing Street",
        type="Organisation",
        published="2013-03-12T14:15:18.000+00:00",
        updated="2020-05-01T07:55:09.000+00:00",
    ),
    "organisation__organisation": Row(
        path="/government/organisations/department-for-exiting-the-european-union",
        title="Department for Exiting the European Union",
        type="Organisation",
        published="2016-07-14T18:15:21.000+00:00",
        updated="2020-05-01T07:58:11.000+00:00",
    ),
    "organisation__wales_office": Row(
        path=WALES,
        title="Office of the Secretary of State for Wales",
        type="Organisation",
        published="2011-10-11T16:11:44.000+00:00",
        updated="2020-05-01T07:52:56.000+00:00",
        translations=(("cy", f"{WALES}.cy"),),
    ),
    "publication__best-practice-guidance": Row(
        path="/government/publications/car-and-small-van-driving-syllabus",
        title="Learning to drive a car syllabus",
        type="Guidance",
        published="2013-08-23T08:10:00.000+00:00",
        updated="2014-11-24T15:00:02.000+00:00",
        notes=2,
        note="Added information about the increased considerations that need to be taken when driving in bad"
        " weather, using sat nav systems, and updated references of ‘Driving Standards Agency’ to ‘Driver and"
        " Vehicle Standards Agency’.",
        categories=("Driver and Vehicle Standards Agency",),
    ),
    "publication__political_publication": Row(
        path=TARGETS,
        title="Climate Change Agreements: Target Unit (TU) data publication discussion paper",
        type="Policy paper",
        published="2013-02-21T00:00:00+00:00",
        updated="2014-09-22T09:53:36.000+00:00",
        notes=2,
        note="Government response published.",
        categories=("Department of Energy & Climate Change",),
    ),
    "publication__publication-with-featured-attachments": Row(
        path="/government/publications/number-of-ex-regular-service-personnel-in-fr20",
        title="Number of ex-regular service personnel in FR20",
        type="FOI release",
        published="2014-05-29T10:48:35.000+00:00",
        updated="2014-05-29T10:48:35.000+00:00",
        notes=1,
        note=FIRST,
        attachments=(
            (
                "https://assets.publishing.service.gov.uk/government/uploads/system/uploads/attachment_data"
                "/file/315163/PUBLIC_1392629965.pdf",
                PDF,
                "1932905",
            ),
        ),
        categories=("Ministry of Defence",),
    ),
    "speech__best-practice-oral-statement": Row(
        path=POLICE,
        title="Reform of police stop and search powers",
        type="Oral statement to Parliament",
        published="2014-04-30T11:59:35.000+00:00",
        updated="2014-04-30T11:59:35.000+00:00",
        notes=1,
        note=FIRST,
        categories=("Home Office",),
    ),
    "speech__speech-with-updates": Row(
        path="/government/speeches/lord-mcnally-s-speaking-note-for-westminster-legal-policy-forum-event",
        title="Lord McNally’s speaking note for Westminster Legal Policy Forum event",
        type="Speech",
        published="2012-05-22T00:00:00.000+00:00",
        updated="2012-06-13T14:33:09.000+01:00",
        notes=2,
        note="Added the PDF version of the speech.",
        categories=("Ministry of Justice",),
    ),
    "statistics_announcement__release_date_changed": Row(
        path="/government/statistics/announcements/diagnostic-imaging-dataset-for-september-2015--1",
        title="Diagnostic imaging dataset for September 2015",
        type="Official statistics announcement",
        updated="2016-01-17T14:19:42.460Z",
        notes=1,
        note="Amended after inputting an error.",
        categories=("NHS England",),
    ),
    "working_group__best-practice-group": Row(
        path="/government/groups/bureaucracy-reference-group",
        title="Bureaucracy Reference Group",
        type="Working group",
        published="2016-02-29T09:24:10.000+00:00",
        updated="2015-11-23T11:04:57.000+00:00",
    ),
    "working_group__long": Row(
        path="/government/groups/benefits-credits-consultation-group-bccg",
        title="Benefits & Credits Consultation Group",
        type="Working group",
        updated="2015-04-15T16:12:55.000+00:00",
    ),
}
