"""libnetfilter_queue by ctypes: packets that the kernel hands to this process, and what is to become of them.

The netfilter project's own library is one Debian package; its Python bindings would need a compiler for each image.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
from ctypes import CFUNCTYPE, POINTER, Structure, c_int, c_uint, c_uint8, c_uint16, c_uint32, c_void_p
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARY = "libnetfilter_queue.so.1"
DROP, ACCEPT = 0, 1
WHOLE_PACKETS, LONGEST = 2, 0xFFFF
"""Copy mode, and how many bytes of a packet. The kernel has cut large segments and filled in checksums."""

FAIL_OPEN = 1
"""Flag: a full queue lets packets through instead of dropping them."""

LONGEST_QUEUE = 100_000
RECEIVE_BUFFER = 32 << 20
RCVBUFFORCE = 33
"""SO_RCVBUFFORCE, which Python has no name for."""

MESSAGE = LONGEST + 4096
BATCH = 256
"""Messages read before packets that are due get their turn."""


class _Header(Structure):
    _pack_ = 1
    _fields_ = (("packet_id", c_uint32), ("protocol", c_uint16), ("hook", c_uint8))


_Callback = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_void_p)
_SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "nfq_open": (c_void_p, []),
    "nfq_close": (c_int, [c_void_p]),
    "nfq_create_queue": (c_void_p, [c_void_p, c_uint16, _Callback, c_void_p]),
    "nfq_destroy_queue": (c_int, [c_void_p]),
    "nfq_set_mode": (c_int, [c_void_p, c_uint8, c_uint]),
    "nfq_set_queue_maxlen": (c_int, [c_void_p, c_uint32]),
    "nfq_set_queue_flags": (c_int, [c_void_p, c_uint32, c_uint32]),
    "nfq_fd": (c_int, [c_void_p]),
    "nfq_handle_packet": (c_int, [c_void_p, c_void_p, c_int]),
    "nfq_get_msg_packet_hdr": (POINTER(_Header), [c_void_p]),
    "nfq_get_payload": (c_int, [c_void_p, POINTER(c_void_p)]),
    "nfq_get_nfmark": (c_uint32, [c_void_p]),
    "nfq_set_verdict": (c_int, [c_void_p, c_uint32, c_uint32, c_uint32, c_void_p]),
}


@dataclass(frozen=True)
class Packet:
    """A packet of the queue, from its IP header on; `number` is for the verdict."""

    number: int
    mark: int
    content: bytes


class NetlinkQueue:
    """One queue of the network namespace this process is in. `handle` gets each packet and owes it a verdict."""

    def __init__(self, number: int, handle: Callable[[Packet], None]) -> None:
        """Bind the queue. Raises OSError: no library, no right (CAP_NET_ADMIN), or somebody else has the queue."""
        self._library = _load()
        self._handle = handle
        self._callback = _Callback(self._on_packet)
        self._buffer = ctypes.create_string_buffer(MESSAGE)
        self._connection = _checked(self._library.nfq_open(), "open netlink")
        self._queue = self._library.nfq_create_queue(self._connection, number, self._callback, None)
        if not self._queue:
            self._library.nfq_close(self._connection)
            raise OSError(ctypes.get_errno(), f"cannot bind netfilter queue {number}: is another delay still there?")
        self._configure()

    def fileno(self) -> int:
        """File that is readable when packets wait."""
        return int(self._library.nfq_fd(self._connection))

    def receive(self) -> None:
        """Handle the packets that wait, up to a batch."""
        for _ in range(BATCH):
            length = self._message()
            if not length:
                return
            self._library.nfq_handle_packet(self._connection, self._buffer, length)

    def accept(self, packet: Packet) -> None:
        """Send a packet on its way."""
        self._library.nfq_set_verdict(self._queue, packet.number, ACCEPT, 0, None)

    def drop(self, packet: Packet) -> None:
        """Forget a packet."""
        self._library.nfq_set_verdict(self._queue, packet.number, DROP, 0, None)

    def close(self) -> None:
        """Give the queue up; the kernel drops what has no verdict."""
        self._socket.close()
        self._library.nfq_destroy_queue(self._queue)
        self._library.nfq_close(self._connection)

    def _configure(self) -> None:
        library = self._library
        _checked(library.nfq_set_mode(self._queue, WHOLE_PACKETS, LONGEST) >= 0, "set the copy mode")
        _checked(library.nfq_set_queue_maxlen(self._queue, LONGEST_QUEUE) >= 0, "set the queue's length")
        _checked(library.nfq_set_queue_flags(self._queue, FAIL_OPEN, FAIL_OPEN) >= 0, "set the queue's flags")
        self._socket = socket.socket(fileno=os.dup(self.fileno()))
        self._socket.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, RECEIVE_BUFFER)

    def _message(self) -> int:
        """Read one message of the kernel; its length, 0 if none waits."""
        while True:
            try:
                return self._socket.recv_into(self._buffer, MESSAGE, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return 0
            except OSError as error:
                # What found no room in the buffer has passed undelayed (FAIL_OPEN).
                if error.errno != errno.ENOBUFS:
                    raise

    def _on_packet(self, _queue: int, _message: int, data: int, _own: int) -> int:
        library, start = self._library, c_void_p()
        number = socket.ntohl(library.nfq_get_msg_packet_hdr(data).contents.packet_id)
        length = library.nfq_get_payload(data, ctypes.byref(start))
        content = ctypes.string_at(start.value, length) if start.value and length > 0 else b""
        self._handle(Packet(number, library.nfq_get_nfmark(data), content))
        return 0


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(LIBRARY, use_errno=True)
    for name, (result, arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _checked(value: Any, what: str) -> Any:
    if not value:
        raise OSError(ctypes.get_errno(), f"cannot {what} of the netfilter queue: {os.strerror(ctypes.get_errno())}")
    return value
