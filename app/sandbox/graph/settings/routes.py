"""The routes of settings."""

from app.sandbox.graph.context import Handler
from app.sandbox.graph.settings.categories import (
    create_category,
    delete_category,
    get_category,
    list_categories,
    update_category,
)
from app.sandbox.graph.settings.mailbox import (
    get_setting,
    get_settings,
    update_settings,
)
from app.sandbox.graph.settings.rules import (
    create_rule,
    delete_rule,
    get_rule,
    list_rules,
    update_rule,
)

__all__ = ["SETTINGS"]

USER = "/users/{mailbox}"
OWN = f"{USER}/mailboxSettings"
CATEGORIES = f"{USER}/outlook/masterCategories"
CATEGORY = f"{CATEGORIES}/{{category}}"
RULES = f"{USER}/mailFolders/{{folder}}/messageRules"
RULE = f"{RULES}/{{rule}}"

SETTINGS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", OWN, get_settings),
    ("PATCH", OWN, update_settings),
    ("GET", f"{OWN}/{{setting}}", get_setting),
    ("GET", CATEGORIES, list_categories),
    ("POST", CATEGORIES, create_category),
    ("GET", CATEGORY, get_category),
    ("PATCH", CATEGORY, update_category),
    ("DELETE", CATEGORY, delete_category),
    ("GET", RULES, list_rules),
    ("POST", RULES, create_rule),
    ("GET", RULE, get_rule),
    ("PATCH", RULE, update_rule),
    ("DELETE", RULE, delete_rule),
)
