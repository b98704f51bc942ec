"""What operations keep of a person (accounts/personal_data.py): nothing but who of the staff did and wrote what."""

from collections.abc import Iterable

from marketplace.accounts.models import User
from marketplace.accounts.personal_data import Section, Table


class OperationsSection(Section):
    """Failed jobs name keys of rows; what those rows say of a person is exported by their rooms."""

    not_exported = {
        "operations.FailedTask.closed_by": "who of the staff put a failed job aside",
        "operations.Incident.created_by": "who of the staff told of an incident, for everybody to read",
        "operations.IncidentUpdate.written_by": "who of the staff wrote an update, for everybody to read",
    }

    def tables(self, user: User) -> Iterable[Table]:
        """None."""
        return ()
