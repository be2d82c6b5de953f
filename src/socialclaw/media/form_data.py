"""An upload as a form (`multipart/form-data`), read as it arrives: the part `file` goes straight to disk, the rest is short."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from socialclaw.errors import InvalidRequest
from socialclaw.media.incoming import Intake

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FILE = "file"
MOST_FIELDS = 20
LONGEST_FIELD = 16 * 1024
OVERHEAD = 1024 * 1024  # of a form around its file: boundaries, headers, fields


class Form:
    """`await Form(content_type, intake).read(chunks)`; then `fields`, and the name and type that came with the file."""

    def __init__(self, content_type: str, intake: Intake) -> None:
        _, options = parse_options_header(content_type)
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(options[b"boundary"], callbacks)
        except (KeyError, FormParserError) as error:
            raise InvalidRequest("The form has no usable boundary", code="asset_form_invalid") from error
        self._intake = intake
        self._pieces: list[bytes] = []  # of the file, out of the chunk that is being parsed
        self._name = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._part = ""
        self._is_file = self._complete = False
        self._text = bytearray()
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self.mime: str | None = None

    async def read(self, chunks: AsyncIterator[bytes]) -> None:
        """Raises InvalidRequest `asset_form_invalid` or `asset_file_required`, and what the intake raises."""
        try:
            async for chunk in chunks:
                self._parser.write(chunk)
                pieces, self._pieces = self._pieces, []
                for piece in pieces:
                    await self._intake.write(piece)
        except FormParserError as error:
            raise InvalidRequest("The form cannot be read", code="asset_form_invalid") from error
        if not self._complete:
            raise InvalidRequest("The form ends before its last boundary", code="asset_form_invalid")
        if self.filename is None:
            raise InvalidRequest(f"The form has no file in a part named {FILE!r}", code="asset_file_required")

    def _part_begin(self) -> None:
        self._headers, self._text, self._is_file = {}, bytearray(), False

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._part = _decode(options.get(b"name", b""))
        self._is_file = self._part == FILE
        if self._is_file:
            if self.filename is not None:
                raise InvalidRequest("A form may contain only one file", code="asset_form_invalid")
            self.filename = _decode(options.get(b"filename", b""))
            self.mime = _decode(self._headers.get(b"content-type", b"")) or None
        elif len(self.fields) >= MOST_FIELDS:
            raise InvalidRequest(f"A form may have at most {MOST_FIELDS} fields", code="asset_form_invalid")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._pieces.append(data[start:end])
            return
        self._text += data[start:end]
        if len(self._text) > LONGEST_FIELD:
            raise InvalidRequest(f"A form field may have at most {LONGEST_FIELD} bytes", code="asset_form_invalid", field=self._part[:80])

    def _part_end(self) -> None:
        if not self._is_file:
            self.fields[self._part] = _decode(bytes(self._text))

    def _end(self) -> None:
        self._complete = True


def _decode(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
