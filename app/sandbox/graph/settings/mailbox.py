"""The settings of a mailbox."""

from app.sandbox.graph.bodies import read_json
from app.sandbox.graph.context import Context
from app.sandbox.graph.settings.values import changed_settings
from app.sandbox.odata.options import read_options
from app.sandbox.wire import Answer, bad_query, json_answer

__all__ = ["get_setting", "get_settings", "update_settings"]


def get_settings(context: Context) -> Answer:
    """Get the settings of a mailbox, all or some."""
    options = read_options(context.request, "select")
    settings = context.mailbox.configuration.settings
    if options.select is not None:
        names = [name.strip() for name in options.select.split(",")]
        for name in names:
            _need_setting(context, name)
        settings = {name: settings[name] for name in names}
    head = {"@odata.context": context.metadata("mailboxSettings")}
    return json_answer({**head, **settings})


def get_setting(context: Context) -> Answer:
    """Get one setting of a mailbox."""
    read_options(context.request)
    name = context.params["setting"]
    _need_setting(context, name)
    head = {"@odata.context": context.metadata(f"mailboxSettings/{name}")}
    value = context.mailbox.configuration.settings[name]
    inner = value if isinstance(value, dict) else {"value": value}
    return json_answer(head | inner)


def update_settings(context: Context) -> Answer:
    """Change settings; the answer shows those that the body names."""
    read_options(context.request)
    configuration = context.mailbox.configuration
    changes = read_json(context.request)
    changed = changed_settings(configuration.settings, changes, context.now)
    configuration.settings = {**configuration.settings, **changed}
    head = {"@odata.context": context.metadata("mailboxSettings")}
    return json_answer(head | changed)


def _need_setting(context: Context, name: str) -> None:
    if name not in context.mailbox.configuration.settings:
        raise bad_query(
            f"Could not find a property named '{name}' on type "
            "'microsoft.graph.mailboxSettings'."
        )
