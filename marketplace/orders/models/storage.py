from django.core.files.storage import Storage, storages


def private_storage() -> Storage:
    """Files of an order are for its two sides only; a view asks the selector before it serves one."""
    return storages["private"]
