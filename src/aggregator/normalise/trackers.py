"""The query parameters that say where a visitor came from, and never which document is meant.

Each name stands here by itself: `pk_campaign` tracks visitors, `pk_doc` may be the number of a document.
"""

from __future__ import annotations

import re
from typing import Final

# Matomo's parameters of campaigns, those of Google Analytics that it reads as well, and what it drops from
# addresses: the defaults of its plugin MarketingCampaignsReporting and of `campaign_var_name`,
# `campaign_keyword_var_name` and `url_query_parameter_to_exclude_from_url` in its global.ini.php (2026-11).
# Not its `sid` and `sessionid`: some sites number documents so.
_MATOMO: Final = """
    mtm_campaign mtm_cpn mtm_keyword mtm_kwd mtm_source mtm_medium mtm_content mtm_cid mtm_clid mtm_group
    mtm_placement
    matomo_campaign matomo_kwd
    pk_campaign pk_cpn pk_keyword pk_kwd pk_source pk_medium pk_content pk_cid pk_group pk_placement pk_vid
    piwik_campaign piwik_kwd
    utm_campaign utm_term utm_source utm_medium utm_content utm_id
    gclid fbclid msclkid twclid wbraid gbraid yclid fb_xd_fragment fb_comment_id
    phpsessid jsessionid aspsessionid doing_wp_cron
"""
# Google Analytics 4 and its forerunners, Google Ads.
_GOOGLE: Final = """
    utm_source_platform utm_creative_format utm_marketing_tactic utm_name utm_cid utm_reader utm_referrer
    utm_social utm_social-type utm_place utm_pubreferrer utm_swu utm_viz_id utm_brand utm_expid
    gclsrc dclid _ga _gl
"""
# HubSpot, Mailchimp, TikTok, Instagram, LinkedIn, Marketo, Vero, Omeda, Webtrends; Piwik's older names.
_OTHERS: Final = """
    hsa_acc hsa_cam hsa_grp hsa_ad hsa_src hsa_tgt hsa_kw hsa_mt hsa_net hsa_ver hsa_la hsa_ol _hsenc _hsmi
    mc_cid mc_eid ttclid igshid igsh li_fat_id mkt_tok vero_id oly_anon_id oly_enc_id wt.mc_id
    piwik_keyword
"""
TRACKING_PARAMETERS: Final = frozenset(f"{_MATOMO} {_GOOGLE} {_OTHERS}".split())

# What was taken for a tracker before this list: documents that were stored then have addresses
# without these parameters.
FORMER_PATTERN: Final = re.compile(
    r"utm_.*|mtm_.*|pk_.*|piwik_.*|hsa_.*|mc_[ce]id|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid"
    r"|twclid|ttclid|igshid|igsh|li_fat_id|mkt_tok|vero_id|oly_(?:anon|enc)_id|_hsenc|_hsmi|_ga|_gl|wt\.mc_id"
)

# Parameters that name the way to a page on most sites and the page itself on some: two addresses that differ
# in them are one page only where the publisher's id says so, too (AT Internet, Adobe Analytics, feeds).
LIKELY_TRACKERS: Final = re.compile(r"at_\w+|ns_\w+|cmp|ito|xtor|s_cid|spm|ref|lang|locale")
