"""What WordPress truly cannot do of what is asked of every provider."""

from __future__ import annotations

NO_END = "WordPress.com gives tokens without an end and none to refresh them with: one that was withdrawn needs a new consent"

EXEMPT = {
    ("an_expired_token_is_refreshed_and_the_post_goes_out", "wordpress"): NO_END,
    ("withdrawn_access_cannot_be_refreshed", "wordpress"): NO_END,
    ("a_limit_says_when_to_come_back_and_the_post_is_sent_then", "wordpress"): (
        "WordPress.com names no limits and sends no Retry-After: a minute is waited"
    ),
    ("the_network_ends_texts_where_the_rules_do", "wordpress"): "WordPress names no longest text: the figure of the rules is ours",
    ("every_value_of_every_setting_can_be_published", "wordpress"): "drafts, pending and private posts are on the site, but not public",
}
