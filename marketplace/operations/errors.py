from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError


class OperationsErrorCode(StrEnum):
    OVER = "failed_job_over"
    NOT_WHOLE = "failed_job_not_whole"
    UNKNOWN_JOB = "failed_job_unknown"
    NO_BROKER = "failed_job_no_broker"
    UNKNOWN_PART = "incident_unknown_part"
    NO_END = "maintenance_without_end"
    CLOSED = "incident_closed"
    WRONG_STAGE = "incident_wrong_stage"


class OperationsError(DomainError):
    """A refusal about a failed job, or about what the status page is told."""

    messages = {
        OperationsErrorCode.OVER: _("A colleague has looked after this job meanwhile."),
        OperationsErrorCode.NOT_WHOLE: _(
            "What this job was given is not kept whole, since it may say something of a person. It cannot be run again from here."
        ),
        OperationsErrorCode.UNKNOWN_JOB: _("This release does not know the job any more. Put it aside."),
        OperationsErrorCode.NO_BROKER: _("The broker does not answer. The job can be run again when it does."),
        OperationsErrorCode.UNKNOWN_PART: _("Please say which parts of the site it is about."),
        OperationsErrorCode.NO_END: _(
            "Please say until when the maintenance lasts: a time to come, after its beginning."
        ),
        OperationsErrorCode.CLOSED: _(
            "A colleague has said meanwhile that it is over. Tell of another incident if need be."
        ),
        OperationsErrorCode.WRONG_STAGE: _("Maintenance is announced and then over; it has no cause to be found."),
    }
