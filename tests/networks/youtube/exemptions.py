"""What YouTube truly cannot do: (duty, provider) -> why."""

EXEMPT = {
    ("text_survives_as_it_was_written", "youtube"): "YouTube refuses < and > in titles and descriptions, which the duty's text has",
}
