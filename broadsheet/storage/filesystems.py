"""What kind of file system a folder lies on, and whether its locks and renames can be relied on."""

from functools import cache
from pathlib import Path

from broadsheet.settings import DamagedError

MOUNTS = Path("/proc/self/mountinfo")

# Locks of these are emulated, local to a client, or let go when a server restarts, and what is renamed or synced on one
# client may be seen late or never by another (flock(2), nfs(5), mount.cifs(8), sshfs(1)): two runs could write at once.
_REMOTE = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "davfs", "gluster", "glusterfs"}
    | {f"fuse.{name}" for name in ("sshfs", "glusterfs", "s3fs", "rclone", "gcsfuse", "goofys", "davfs2", "mount-s3")}
)


class NetworkHomeError(DamagedError):
    """The home folder lies on a network file system; the message says why that is refused and what to do."""


def kind_of(folder: Path, mounts: str) -> str:
    """The type of the file system that a folder lies on; empty where that cannot be told.

    Args:
        folder: absolute, its links resolved.
        mounts: as /proc/self/mountinfo has them; of two on one folder, the later covers the earlier.
    """
    best, kind = -1, ""
    for line in mounts.splitlines():
        place, separator, rest = line.partition(" - ")
        if not separator:
            continue
        target = Path(place.split(" ")[4].encode().decode("unicode_escape").encode("latin-1").decode(errors="replace"))
        if folder.is_relative_to(target) and len(target.parts) >= best:
            best, kind = len(target.parts), rest.split(" ")[0]
    return kind


@cache
def check_local(folder: Path) -> None:
    """Refuse a folder of state on a network file system.

    Raises:
        NetworkHomeError: it lies on one.
    """
    try:
        kind = kind_of(folder.resolve(), MOUNTS.read_text(encoding="utf-8", errors="replace"))
    except OSError:  # no Linux: it cannot be told
        return
    if kind in _REMOTE:
        raise NetworkHomeError(
            f"{folder} lies on a network file system ({kind}), where locks do not keep a second writer out",
            "choose a home folder on a disk of this machine, or `broadsheet restore BACKUP` into one; pages, exports "
            "and BROADSHEET_STORAGE may lie on the network",
        )
