"""The sources of the queue, registered when the program starts (moderation/apps.py)."""

from marketplace.moderation.queue import desk_sources, talk_sources
from marketplace.moderation.queue.sources import register_source

for source in (
    talk_sources.ReportSource(),
    talk_sources.MessageSource(),
    talk_sources.ReviewSource(),
    desk_sources.GigSource(),
    desk_sources.IdentitySource(),
    desk_sources.DisputeSource(),
    desk_sources.IntegritySource(),
    desk_sources.ReputationAppealSource(),
    desk_sources.DecisionAppealSource(),
):
    register_source(source)
