# SPDX-License-Identifier: MIT
"""The matrix: file systems, each with its own ideas of device numbers, handles and birth times."""
from support import mounts
from support.matrix import LIBRARY, MatrixTest, content


class FileSystems(MatrixTest):
    PATHS = {name: f"/usr/share/test/{name}" for name in ("data", "file")}

    def setUp(self):
        super().setUp()
        self.mounts = mounts.Mounts(self)

    def package(self, version):
        """A program, a library and data: files of which each is held in another way."""
        prog = self.actor("-static").read_bytes() + str(version).encode()
        return self.pack("all", f"{version}.0-1", {"/usr/bin/prog": prog, LIBRARY: content(version),
                                                   **{path: content(version) for path in self.PATHS.values()}})

    def hold(self):
        prog, library, data, file = (self.installed(path) for path in ("/usr/bin/prog", LIBRARY, *self.PATHS.values()))
        return [self.act(program=prog), self.act("code", library), self.act("data", data), self.act("open", file)]

    def hold_and_replace(self):
        """The package is installed already."""
        holders = self.hold()
        for process, use in zip(holders, ("executable", "code", "data", "descriptor")):
            self.stale(process, use, "all")
        self.minipkg.install(self.package(2))
        self.unaffected(*self.hold())
        self.check("--files")

    def replace_on(self, kind):
        self.mounts.fresh(kind, self.root)
        self.minipkg.install(self.package(1))
        self.hold_and_replace()

    def test_row_ext4(self):
        """files on ext4"""
        self.replace_on("ext4")

    def test_row_xfs(self):
        """files on XFS"""
        self.replace_on("xfs")

    def test_row_btrfs(self):
        """files on btrfs"""
        self.replace_on("btrfs")

    def test_row_btrfs_subvolume(self):
        """files in a btrfs subvolume"""
        self.mounts.fresh("btrfs", self.root)
        mounts.call("btrfs", "-q", "subvolume", "create", self.root / "usr")
        self.minipkg.install(self.package(1))
        self.hold_and_replace()

    def test_row_btrfs_snapshot(self):
        """the same inode number in a snapshot"""
        self.mounts.fresh("btrfs", self.root)
        mounts.call("btrfs", "-q", "subvolume", "create", self.root / "usr")
        self.put(1)
        mounts.call("btrfs", "-q", "subvolume", "snapshot", self.root / "usr", self.root / "before")
        twin = self.root / "before/lib/libtest.so"
        self.assertEqual(twin.stat().st_ino, self.installed().stat().st_ino)
        self.unaffected(self.act("code", twin), self.act("open", twin), self.act(
            "code", self.installed(), before=["unshare", "--mount", "sh", "-ec", 'mount --bind "$1" "$2"; shift 2; exec "$@"',
                                              "sh", self.root / "before", self.root / "usr"]))
        self.witness()
        self.put(2)
        twin.unlink()  # "(deleted)" as well
        self.check("--files")

    def test_row_tmpfs(self):
        """files on tmpfs"""
        self.mounts.tmpfs(self.root)
        self.minipkg.install(self.package(1))
        self.hold_and_replace()

    def overlay_over_packages(self):
        """The root becomes an overlay whose lower directory has the package."""
        mounts.need_mounts("overlay")
        self.minipkg.install(self.package(1))
        lower = self.directory / "lower"
        self.root.rename(lower)
        for name in ("upper", "work"):
            (self.directory / name).mkdir()
        options = f"lowerdir={lower},upperdir={self.directory}/upper,workdir={self.directory}/work"
        self.mounts.mount("overlay", self.root, "overlay", options)

    def test_row_overlay(self):
        """overlayfs: file of the lower layer replaced"""
        self.overlay_over_packages()
        self.hold_and_replace()

    def test_row_overlay_copied_up(self):
        """overlayfs: lower file copied up, then replaced"""
        self.overlay_over_packages()
        before = self.hold()
        for process, use in zip(before, ("executable", "code", "data", "descriptor")):
            self.stale(process, use, "all")
        for path in ("/usr/bin/prog", LIBRARY, *self.PATHS.values()):
            self.installed(path).chmod(0o755)
        self.assertTrue((self.directory / "upper" / LIBRARY.lstrip("/")).exists())
        self.hold_and_replace()

    def test_row_overlay_two_devices(self):
        """overlayfs with layers on two file systems"""
        mounts.need_mounts("overlay", "ext4")
        self.mounts.fresh("ext4", self.root)
        self.minipkg.install(self.package(1))
        lower = self.directory / "lower"
        self.mounts.bind(self.root, self.mounts_at(lower))
        for name in ("upper", "work"):
            (self.directory / name).mkdir()
        options = f"lowerdir={lower},upperdir={self.directory}/upper,workdir={self.directory}/work"
        self.mounts.mount("overlay", self.root, "overlay", options)
        self.hold_and_replace()

    def mounts_at(self, where):
        where.mkdir()
        return where
