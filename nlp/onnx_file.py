"""The few words that an ONNX file says about itself, read without loading the model or any library for it."""

from pathlib import Path
from typing import BinaryIO

# onnx.proto: ModelProto.metadata_props = 14, of StringStringEntryProto {key = 1, value = 2}.
METADATA_PROPS, KEY, VALUE = 14, 1, 2
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
# A value is a word or a list of means; a graph is hundreds of megabytes and is skipped.
LONGEST_ENTRY = 1024 * 1024


def metadata(path: Path) -> dict[str, str]:
    """The model's metadata by key. Raises ValueError for what is no ONNX file, OSError for none at all."""
    found: dict[str, str] = {}
    with path.open("rb") as file:
        size = path.stat().st_size
        while file.tell() < size:
            field, kind = divmod(_varint(file), 8)
            if kind == BYTES:
                length = _varint(file)
                if length > size - file.tell():
                    raise ValueError(f"{path.name} is not a whole ONNX file")
                if field == METADATA_PROPS and length <= LONGEST_ENTRY:
                    key, value = _entry(file, file.tell() + length)
                    found[key] = value
                else:
                    file.seek(length, 1)
            elif kind == VARINT:
                _varint(file)
            elif kind in (FIXED32, FIXED64):
                file.seek(4 if kind == FIXED32 else 8, 1)
            else:
                raise ValueError(f"{path.name} is not an ONNX file")
    return found


def _entry(file: BinaryIO, end: int) -> tuple[str, str]:
    parts = {KEY: "", VALUE: ""}
    while file.tell() < end:
        field = _varint(file) // 8
        parts[field] = file.read(min(_varint(file), end - file.tell())).decode("utf-8", errors="replace")
    return parts[KEY], parts[VALUE]


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            break
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return value
    raise ValueError("not an ONNX file")
