"""Reading what a browser sends without ever having it whole in memory, and not a byte more than was announced."""

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler


class LimitedFileHandler(TemporaryFileUploadHandler):
    """Write the file to disk as it comes; past `limit` bytes, of all files together, stop reading."""

    def __init__(self, *, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.received = 0
        self.is_exceeded = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Django calls this with 64 KB at a time."""
        self.received += len(raw_data)
        if self.received > self.limit:
            self.is_exceeded = True
            # Without reading the rest: ten gigabytes would come, and be thrown away.
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)
