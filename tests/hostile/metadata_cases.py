# SPDX-License-Identifier: MIT
"""Owners, times, attributes and flags: what is out of range, means nothing, or needs consent."""
import base64
import struct

from hostile.case import Accepted, Case, Refused, xattrs_listed
from hostile.tarball import base_256, directory, file, pax, symlink

CONSENT = "has what only a manifest may ask for: "
SPECIAL = ("--allow-special",)
CAPS = struct.pack("<5I", 0x02000001, 1 << 21, 0, 0, 0)  # CAP_SYS_ADMIN, effective and permitted
ACL = "user::rw-,user:0:rwx,group::r--,mask::rwx,other::r--"


def refused(name, what, why, number=1, **fields):
    return Case(name, what, [file("f", b"x", **fields)], Refused(why, number, "f"))


def attribute(name, what, key, value, feature, kept=True):
    """Refused in a bare tar; in a manifest, or with --allow-special, it is set."""
    there = {"type": "file", "xattrs": {key: value}}
    member = file("f", b"x", before=pax({f"SCHILY.xattr.{key}": value}), listed=xattrs_listed({key: value}))
    return [Case(name, what, [member], Refused(CONSENT + feature, 1, "f"), native=Accepted({"/f": there}),
                 inspect=Accepted({}, (f"{feature} /f",))),
            Case(f"{name}-allowed", f"{what}, with --allow-special", [member],
                 Accepted({"/f": there}, (f"{feature} /f",)), options=SPECIAL, native=None),
            Case(f"{name}-unlisted", f"{what}, which the manifest does not list",
                 [file("f", b"x", before=pax({f"SCHILY.xattr.{key}": value}))], Refused(CONSENT + feature, 1, "f"),
                 native=Refused("has other extended attributes than the manifest says", 1, "f"),
                 inspect=Accepted({}, (f"{feature} /f",)))]


def xattr(name, what, records, why):
    return refused(name, what, why, before=pax(records))


def on_symlink(key, value):
    """What needs consent on a file needs it on a symlink."""
    member = symlink("l", "usr", before=pax({f"SCHILY.xattr.{key}": value}), listed=xattrs_listed({key: value}))
    return [Case(f"symlink-{key}", f"{key} on a symlink", [member], Refused(CONSENT + f"attribute {key}", 1, "l"),
                 native=Accepted({"/l": {"xattrs": {key: value}}}), inspect=Accepted({}, (f"attribute {key} /l",))),
            Case(f"symlink-{key}-allowed", f"{key} on a symlink, with --allow-special", [member],
                 Accepted({"/l": {"xattrs": {key: value}}}, (f"attribute {key} /l",)), options=SPECIAL, native=None)]


OWNERS = [
    refused("uid-4294967295", "uid 2^32 - 1, which means \"leave it\"", "out of range", uid=base_256(2**32 - 1, 8)),
    refused("uid-2-32", "uid 2^32, which is root elsewhere", "out of range", uid=base_256(2**32, 8)),
    refused("uid-negative", "uid -2", "its uid is no number", uid=base_256(-2, 8)),
    refused("gid-2-32", "gid 2^32, which is root elsewhere", "out of range", gid=base_256(2**32, 8)),
    refused("gid-negative", "gid -1", "its gid is no number", gid=base_256(-1, 8)),
    refused("uid-blank", "no uid, which is root elsewhere", "its uid is no number", uid=b" " * 8),
    refused("uid-letters", "a uid of letters", "its uid is no number", uid=b"rootuser"),
    refused("uid-pax-2-64", "a pax uid of 2^64", "has a pax record 'uid' that is no number",
            before=pax({"uid": str(2**64)})),
    refused("uid-pax-2-32", "a pax uid of 2^32", "out of range", before=pax({"uid": str(2**32)})),
    refused("gid-pax-negative", "a pax gid of -1",
            "has a pax record 'gid' that is no number", before=pax({"gid": "-1"})),
    Case("uid-largest", "uid 2^32 - 2, the largest there is",
         [file("f", b"x", uid=base_256(2**32 - 2, 8), gid=base_256(2**32 - 2, 8), user=b"", group=b"",
               listed={"uid": 2**32 - 2, "gid": 2**32 - 2, "user": "", "group": ""})],
         Accepted({"/f": {"uid": 2**32 - 2, "gid": 2**32 - 2}}), native=None),
    refused("user-colon", "a user's name with a colon", "no account name", user=b"root:x"),
    refused("user-newline", "a user's name with a newline", "no account name", before=pax({"uname": "a\nroot"})),
    refused("group-slash", "a group's name with a slash", "no account name", group=b"../group"),
    refused("user-not-utf8", "a user's name that is no UTF-8", "no account name", before=pax({"uname": b"\xff"})),
    refused("user-long", "a user's name of 300 bytes", "no account name", before=pax({"uname": "u" * 300})),
    Case("user-unknown", "a user that the root does not know: the number counts",
         [file("f", b"x", user=b"nobody-knows", uid=1000, listed={"user": "nobody-knows"})],
         Accepted({"/f": {"uid": 1000}})),
]


def at_time(name, what, seconds):
    return Case(f"time-{name}", what, [file("f", b"x", mtime=seconds, listed={"mtime": seconds})],
                Accepted({"/f": {"mtime": seconds, "content": b"x"}}))


TIMES = [
    at_time("zero", "1970", 0),
    at_time("one", "a second later", 1),
    at_time("2038", "2038-01-19, which is negative elsewhere", 2**31),
    at_time("2106", "2106, where 32 bits end", 2**32),
    at_time("1901", "1901-12-13, the first that file systems hold", -2**31),
    at_time("2446", "2446-05-10, the last that ext4 holds", 15032385535),
    refused("time-before-1901", "1901-12-12",
            "has a time that no file system could hold", mtime=base_256(-2**31 - 1, 12)),
    refused("time-after-2446", "2446-05-11", "has a time that no file system could hold", mtime=15032385536),
    refused("time-2-62", "the year 146 billion", "time", mtime=base_256(2**62, 12)),
    refused("time-2-63", "2^63 - 1", "time", mtime=base_256(2**63 - 1, 12)),
    refused("time-2-64", "2^64, which is 1970 elsewhere", "", mtime=base_256(2**64, 12)),
    refused("time-negative-large", "-2^62", "time", mtime=base_256(-2**62, 12)),
    refused("time-letters", "a time of letters", "its time is no number", mtime=b"now and then"),
    refused("time-pax-letters", "a pax time of letters", "has a pax record 'mtime' that is no time",
            before=pax({"mtime": "now"})),
    refused("time-pax-nan", "a pax time that is no number", "has a pax record 'mtime' that is no time",
            before=pax({"mtime": "nan"})),
    refused("time-pax-exponent", "a pax time with an exponent", "has a pax record 'mtime' that is no time",
            before=pax({"mtime": "1e9"})),
    refused("time-pax-two-points", "a pax time with two points", "has a pax record 'mtime' that is no time",
            before=pax({"mtime": "1.2.3"})),
    refused("time-pax-2-64", "a pax time of 2^64", "has a pax record 'mtime' that is no time",
            before=pax({"mtime": str(2**64)})),
    refused("time-pax-large", "a pax time of 2^62", "has a time that no file system could hold",
            before=pax({"mtime": str(2**62)})),
    refused("time-pax-before-1901", "a pax time below -2^31", "has a time that no file system could hold",
            before=pax({"mtime": f"{-2**31}.5"})),
    Case("time-pax-negative", "half a second before 1970", [file("f", b"x", before=pax({"mtime": "-0.5"}),
                                                             listed={"mtime": -1})],
         Accepted({"/f": {"mtime": -1}})),
    Case("time-directory", "a directory's time that no file system could hold",
         [directory("d", mtime=base_256(2**40, 12))], Refused("has a time that no file system could hold", 1, "d")),
    Case("time-symlink", "a symlink's time that no file system could hold",
         [symlink("l", "t", mtime=base_256(2**40, 12))],
         Refused("has a time that no file system could hold", 1, "l")),
]

ATTRIBUTES = [
    *attribute("capabilities", "capabilities", "security.capability", CAPS, "capabilities"),
    *attribute("selinux", "an SELinux label", "security.selinux", b"system_u:object_r:shadow_t:s0\0",
               "attribute security.selinux"),
    *attribute("ima", "an IMA signature", "security.ima", b"\x01" + bytes(20), "attribute security.ima"),
    *attribute("overlay", "overlayfs' own attribute, which redirects a directory", "trusted.overlay.redirect",
               b"/etc", "attribute trusted.overlay.redirect"),
    xattr("caps-garbage", "capabilities that are none",
          {"SCHILY.xattr.security.capability": "x"}, "holds no capabilities"),
    xattr("xattr-unknown-space", "an attribute of no name space", {"SCHILY.xattr.nowhere": "x"},
          "is in no name space that can be installed"),
    xattr("xattr-system", "a system attribute that is no ACL", {"SCHILY.xattr.system.data": "x"},
          "is in no name space that can be installed"),
    xattr("xattr-empty-name", "an attribute without a name", {"SCHILY.xattr.": "x"}, "has an attribute without a name"),
    xattr("xattr-no-rest", "the name space alone", {"SCHILY.xattr.user.": "x"},
          "is in no name space that can be installed"),
    xattr("xattr-control", "an attribute whose name clears the terminal", {"SCHILY.xattr.user.\x1b[2J": "x"},
          "which has a name that is not plain text"),
    xattr("xattr-long-name", "an attribute whose name has 300 bytes", {"SCHILY.xattr.user." + "n" * 300: "x"},
          "has a name longer than 255 bytes"),
    xattr("xattr-large", "an attribute of 65,537 bytes",
          {"SCHILY.xattr.user.x": b"x" * 65537}, "is larger than 64 KiB"),
    xattr("xattr-two-values", "one attribute with two values, in the spellings of star and of libarchive",
          [("SCHILY.xattr.user.x", "1"), ("LIBARCHIVE.xattr.user.x", base64.b64encode(b"2").decode())],
          "has two values for the attribute 'user.x'"),
    xattr("xattr-not-base-64", "libarchive's spelling, not in base 64", {"LIBARCHIVE.xattr.security.x": "!!!!"},
          "has a pax record 'LIBARCHIVE.xattr.security.x' that is no base 64"),
    Case("xattr-symlink", "a user attribute on a symlink",
         [symlink("l", "t", before=pax({"SCHILY.xattr.user.x": "1"}))],
         Refused("cannot carry the attribute 'user.x'", 1, "l")),
    *on_symlink("trusted.overlay.redirect", b"/etc"),
    *on_symlink("security.selinux", b"system_u:object_r:shadow_t:s0"),
    xattr("xattr-half-base-64", "libarchive's spelling, a digit too few: nothing to libarchive",
          {"LIBARCHIVE.xattr.user.x": "Y"}, "has a pax record 'LIBARCHIVE.xattr.user.x' that is no base 64"),
    xattr("xattr-nul", "a NUL in an attribute's name, where libarchive would cut it",
          {"LIBARCHIVE.xattr.user.x%00y": "YWJj"}, "has an attribute with a NUL byte in its name"),
    Case("caps-directory", "capabilities on a directory",
         [directory("d", before=pax({"SCHILY.xattr.security.capability": CAPS}))],
         Refused("has capabilities but is no regular file", 1, "d"), options=SPECIAL),
    xattr("xattr-raw-acl", "an ACL as the kernel's bytes, made of garbage",
          {"SCHILY.xattr.system.posix_acl_access": b"\x02\0\0\0garbage!"}, ""),
]

ACLS = [
    Case("acl", "an ACL that lets a user write", [file("f", b"x", mode=0o674, before=pax({"SCHILY.acl.access": ACL}))],
         Refused(CONSENT + "ACL", 1, "f"), native=Refused("has other extended attributes", 1, "f"),
         inspect=Accepted({}, ("ACL /f",))),
    refused("acl-garbage", "an ACL of garbage", "has an ACL that cannot be understood",
            before=pax({"SCHILY.acl.access": "everybody may"})),
    refused("acl-mode", "an ACL that contradicts the mode", "has an ACL that contradicts its mode", mode=0o600,
            before=pax({"SCHILY.acl.access": ACL})),
    refused("acl-names", "an ACL with names without numbers", "has an ACL that cannot be understood", mode=0o674,
            before=pax({"SCHILY.acl.access": "user::rw-,user:somebody:rwx,group::r--,mask::rwx,other::r--"})),
    refused("acl-default-file", "a default ACL on a file", "has a default ACL but is no directory",
            before=pax({"SCHILY.acl.default": "user::rwx,group::r-x,other::r-x"})),
    refused("acl-nfs4", "an ACL of NFS 4", "has a pax record 'SCHILY.acl.ace', which is not supported",
            before=pax({"SCHILY.acl.ace": "owner@:rwx::allow"})),
    Case("acl-symlink", "an ACL on a symlink", [symlink("l", "t", before=pax({"SCHILY.acl.access": ACL}))],
         Refused("", 1, "l")),
    Case("acl-needless", "an ACL that says no more than the mode",
         [file("f", b"x", before=pax({"SCHILY.acl.access": "user::rw-,group::r--,other::r--"}))],
         Accepted({"/f": {"mode": 0o644, "xattrs": {}}})),
    Case("flags", "file flags are never applied: the file can be changed", [file("f", b"x", before=pax(
        {"SCHILY.fflags": "schg,uappnd,nodump"}))], Accepted({"/f": {"content": b"x", "xattrs": {}}})),
    Case("flags-garbage", "file flags that nobody knows",
         [file("f", b"x", before=pax({"SCHILY.fflags": "\u202eevil"}))],
         Accepted({"/f": b"x"})),
    Case("selinux-redhat", "an SELinux label in RedHat's spelling",
         [file("f", b"x", before=pax({"RHT.security.selinux": "system_u:object_r:shadow_t:s0"}))],
         Refused(CONSENT + "attribute security.selinux", 1, "f"),
         native=Refused("has other extended attributes", 1, "f"),
         inspect=Accepted({}, ("attribute security.selinux /f",))),
]

CASES = OWNERS + TIMES + ATTRIBUTES + ACLS
