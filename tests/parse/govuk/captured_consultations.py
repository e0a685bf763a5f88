"""The recorded calls, consultations, guides, collections, finders and attachments, as a person reads them."""

from __future__ import annotations

from aggregator.model import RemovalKind
from tests.parse.govuk.captured_row import FIRST, GOVUK, PDF, Row

UPLOADS = f"{GOVUK}/government/uploads/system/uploads/attachment_data/file"
OUTCOME = f"{UPLOADS}/560439/Employee_Share_Schemes-NIC_elections-summary_responses.pdf"
WELSH_PAGE = "/government/organisations/land-registry/about/social-media-use"
PERMIT = (
    "/government/publications/tr4-8ee-mr-derek-mears-environmental-permit-application-advertisement"
    "/tr4-8ee-mr-derek-mears-environmental-permit-application--1"
)
OFQUAL = "/government/consultations/setting-the-grade-standards-of-new-gcses-in-england-2017-2018"
REMOVED = (
    "/government/publications/apprentice-welcome-letter/this-content-has-been-removed-as-it-is-out-of-date"
)
REACTOR = "/government/consultations/gda-of-hitachi-ge-nuclear-energy-ltds-uk-advanced-boiling-water-reactor"

CONSULTATIONS = {
    "call_for_evidence__call_for_evidence_outcome": Row(
        path="/government/calls-for-evidence/employee-share-schemes-nic-elections",
        title="Employee Share Schemes: NIC elections",
        type="Call for evidence outcome",
        published="2016-04-20T16:00:00+01:00",
        updated="2016-10-18T09:30:00.000+00:00",
        opens="2016-04-20T16:00:00+01:00",
        closes="2016-07-13T22:45:00+01:00",
        notes=2,
        note="Published summary of responses document.",
        attachments=((OUTCOME, PDF, None),),
        categories=("HM Revenue & Customs",),
    ),
    "call_for_evidence__closed_call_for_evidence": Row(
        path="/government/calls-for-evidence/review-of-net-zero-call-for-evidence",
        title="Review of Net Zero",
        type="Closed call for evidence",
        published="2022-09-29T14:00:00+01:00",
        updated="2016-09-05T14:00:00+01:00",
        opens="2022-09-29T14:00:00+01:00",
        closes="2022-10-27T17:00:00+01:00",
        categories=("Department for Business, Energy & Industrial Strategy",),
    ),
    "call_for_evidence__unopened_call_for_evidence": Row(
        path="/government/calls-for-evidence/access-to-elections",
        title="Access to elections",
        type="Call for evidence",
        published="2023-05-24T16:04:58.000+00:00",
        updated="2023-05-24T16:04:58.000+00:00",
        opens="2201-10-05T14:00:00+01:00",
        closes="2211-10-31T17:00:00+01:00",
        categories=("Cabinet Office",),
    ),
    "consultation__consultation_outcome": Row(
        path="/government/consultations/employee-share-schemes-nic-elections",
        title="Employee Share Schemes: NIC elections",
        type="Consultation outcome",
        published="2016-04-20T16:00:00+01:00",
        updated="2016-10-18T09:30:00.000+00:00",
        opens="2016-04-20T16:00:00+01:00",
        closes="2016-07-13T22:45:00+01:00",
        notes=2,
        note="Published summary of responses document.",
        attachments=((OUTCOME, PDF, None),),
        categories=("HM Revenue & Customs",),
    ),
    "consultation__consultation_outcome_with_feedback": Row(
        path=OFQUAL,
        title="Setting the grade standards of new GCSEs in England: 2017 & 2018",
        type="Consultation outcome",
        published="2016-04-22T12:00:00+01:00",
        updated="2016-09-07T11:00:28.000+01:00",
        opens="2016-04-22T12:00:00+01:00",
        closes="2016-06-17T23:45:00+01:00",
        notes=2,
        note="Published the decisions and analysis of responses.",
        attachments=(
            (f"{UPLOADS}/551571/Decisions_-_setting_GCSE_grade_standards_-_part_2.pdf", PDF, None),
            (f"{UPLOADS}/551115/Grading-consulation-Equalities-Impact-Assessment.pdf", PDF, None),
            (f"{UPLOADS}/551112/Grading-consultation-analysis-of-responses.pdf", PDF, None),
        ),
        categories=("Ofqual",),
    ),
    "consultation__open_consultation": Row(
        path="/government/consultations/postgraduate-doctoral-loans",
        title="Postgraduate doctoral loans",
        type="Open consultation",
        published="2016-11-04T10:00:00+01:00",
        updated="2016-11-07T15:45:44.000+00:00",
        opens="2016-11-04T10:00:00+01:00",
        closes="2216-12-16T16:00:00+01:00",
        notes=1,
        note="Added sub-topic tag.",
        categories=("Department for Education",),
    ),
    "consultation__unopened_consultation": Row(
        path=REACTOR,
        title="GDA of Hitachi-GE Nuclear Energy Ltd’s UK Advanced Boiling Water Reactor",
        type="Consultation",
        published="2016-10-31T16:04:58.000+00:00",
        updated="2016-10-31T16:04:58.000+00:00",
        opens="2200-10-05T14:00:00+01:00",
        closes="2210-10-31T17:00:00+01:00",
        categories=("Environment Agency",),
    ),
    "corporate_information_page__best-practice-about-page": Row(
        path="/government/organisations/intellectual-property-office/about",
        title="About us",
        type="About",
        published="2014-02-14T08:34:51.000+00:00",
        updated="2016-04-29T09:54:00.000+00:00",
        notes=1,
        note="[ISO 9001] for its UK trade mark application process - from fee payment up to registration of"
        " the trade mark added.",
        categories=("Intellectual Property Office",),
    ),
    "corporate_information_page__corporate_information_page_translated_custom_logo": Row(
        path=f"{WELSH_PAGE}.cy",
        title="Defnydd o gyfryngau cymdeithasol",
        type="Social media use",
        updated="2016-05-03T14:11:50.000+00:00",
        translations=(("en", WELSH_PAGE),),
        categories=("Land Registry",),
        language="cy",
    ),
    "detailed_guide__translated_detailed_guide": Row(
        path="/guidance/prepare-a-charity-annual-return",
        title="Prepare a charity annual return",
        type="Guidance",
        published="2016-02-29T09:24:10.000+00:00",
        updated="2013-05-22T23:00:00.000+00:00",
        notes=1,
        note=FIRST,
        translations=(("cy", "/guidance/prepare-a-charity-annual-return.cy"),),
        categories=("The Charity Commission",),
    ),
    "detailed_guide__withdrawn_detailed_guide": Row(
        path="/guidance/eu-rules-on-the-use-of-chemicals",
        title="EU rules on the use of chemicals",
        type="Guidance",
        published="2012-09-12T10:00:00+01:00",
        updated="2016-02-18T15:45:44.000+00:00",
        state=RemovalKind.WITHDRAWN,
        since="2015-01-28T13:05:30Z",
        notes=2,
        note="This page was archived on 28 January 2015 to remove duplication of information. The most up to"
        " date information on REACH can be found on the HSE website.",
        categories=("Department for Environment, Food & Rural Affairs",),
    ),
    "document_collection__document_collection": Row(
        path="/government/collections/national-driving-and-riding-standards",
        title="National standards for driving and riding",
        type="Collection",
        published="2016-02-29T09:24:10.000+00:00",
        updated="2016-02-29T09:24:10.000+00:00",
        categories=("Driver and Vehicle Standards Agency",),
        members=9,
    ),
    "document_collection__document_collection_with_withdrawn_links_documents": Row(
        path="/government/collections/with-withdrawn-links-documents",
        title="Financial sanctions: Regime-specific lists and releases",
        type="Collection",
        published="2013-10-11T17:12:00+00:00",
        updated="2016-02-08T17:36:26.000+00:00",
        notes=8,
        note="Liberia removed - Council Regulation (EC) No 872/2004 imposing financial sanctions against"
        " Liberia has been repealed with effect from 6 October 2015.",
        categories=("HM Treasury", "Office of Financial Sanctions Implementation"),
        members=3,
    ),
    "finder_algorithmic-transparency-records": Row(
        path="/algorithmic-transparency-records",
        title="Find out how algorithmic tools are used in public organisations",
        type="Finder",
        published="2024-02-22T10:43:12+00:00",
        updated="2025-11-28T12:54:39+00:00",
        categories=(
            "Cabinet Office",
            "Department for Science, Innovation and Technology",
            "Government Digital Service",
        ),
    ),
    "finder_search_guidance-and-regulation": Row(
        path="/search/guidance-and-regulation",
        title="Guidance and regulation",
        type="Finder",
        published="2019-02-14T14:55:04+00:00",
        updated="2020-03-25T11:59:33+00:00",
    ),
    "finder_search_news-and-communications": Row(
        path="/search/news-and-communications",
        title="News and communications",
        type="Finder",
        published="2019-02-01T12:31:51+00:00",
        updated="2021-02-09T10:00:56+00:00",
    ),
    "gone__gone": Row(
        path="/government/case-studies/intellectual-property-stuart-scott",
        title=None,
        type=None,
        state=RemovalKind.GONE,
        since="2016-09-26T09:50:56.000+00:00",
    ),
    "html_publication__updated": Row(
        path=PERMIT,
        title="TR4 8EE, Mr Derek Mears: environmental permit application",
        type="HTML publication",
        updated="2016-02-02T14:19:42.460Z",
        categories=("Environment Agency",),
    ),
    "html_publication__withdrawn": Row(
        path=REMOVED,
        title="This content has been removed as it is out of date",
        type="HTML publication",
        published="2019-11-19T10:19:15+00:00",
        updated="2017-02-03T17:29:52+00:00",
        state=RemovalKind.WITHDRAWN,
        since="2019-11-19T10:20:03Z",
        categories=("Education and Skills Funding Agency",),
    ),
}
