// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "lib/archive/pkginfo.hpp"
#include "lib/base/digest.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/error.hpp"
#include "minipkg/package.hpp"
#include "support/collector.hpp"
#include "support/tar.hpp"
#include "support/temp_dir.hpp"

using namespace minipkg;
using namespace minipkg::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void set_xattr(const fs::path& file, const char* name, const std::string& value) {
  ASSERT_EQ(::setxattr(file.c_str(), name, value.data(), value.size(), 0), 0) << std::strerror(errno);
}

class BuildPackage : public testing::Test {
 protected:
  BuildOptions options(const std::string& output = "hello.pkg.tar") const {
    BuildOptions options;
    options.directory = (dir_ / "tree").string();
    options.output = (dir_ / output).string();
    options.name = "hello";
    options.version = "2.12.1-1";
    options.arch = "x86_64";
    options.source_date_epoch = 1700000000;
    return options;
  }

  /// A bit of everything, its directories filled in the given order.
  void fill(const std::string& tree, const std::vector<std::string>& order) const {
    for (const std::string& name : order) dir_.write(tree + "/usr/lib/" + name, "content of " + name);
    dir_.write(tree + "/usr/bin/hello", "hello");
    fs::permissions(dir_ / (tree + "/usr/bin/hello"), fs::perms(0755));
    fs::create_hard_link(dir_ / (tree + "/usr/bin/hello"), dir_ / (tree + "/usr/bin/again"));
    dir_.link("hello", tree + "/usr/bin/link");
    dir_.directory(tree + "/var/empty");
    dir_.write(tree + "/etc/" + std::string(120, 'n') + "/caf\xC3\xA9", "");
    dir_.write(tree + "/etc/caf\xE9", "latin");
  }

  std::string refusal(const BuildOptions& options) const {
    try {
      build_package(options);
    } catch (const Error& error) {
      EXPECT_FALSE(fs::exists(options.output)) << "no half-made package stays";
      return error.what();
    }
    return "built";
  }

  TempDir dir_;
};

int run(const std::string& command) {
  const int status = std::system((command + " >/dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_F(BuildPackage, ComesBackAsItWas) {
  fill("tree", {"a", "b"});
  for (const char* ending : {"", ".gz", ".xz", ".zst", ".bz2", ".lz4"}) {
    const BuildOptions how = options(std::string("hello.pkg.tar") + ending);
    const Manifest built = build_package(how);
    const Package package = open_package(how.output);
    EXPECT_EQ(package.form(), Package::Form::native) << ending;
    EXPECT_EQ(package.manifest(), built) << ending;
    Nothing nothing;
    EXPECT_NO_THROW(package.read_payload(nothing)) << ending;
  }
}

TEST_F(BuildPackage, SaysWhatIsThere) {
  fill("tree", {"a"});
  const Manifest manifest = build_package(options());
  std::vector<std::string> paths;
  for (const FileEntry& file : manifest.files) {
    paths.push_back(file.path);
    EXPECT_EQ(file.owner, Owner{}) << file.path;
    EXPECT_EQ(file.mtime, 1700000000) << file.path;
  }
  const std::string long_directory = "/etc/" + std::string(120, 'n');
  EXPECT_THAT(paths, ElementsAre("/etc", "/etc/caf\xE9", long_directory, long_directory + "/caf\xC3\xA9", "/usr",
                                 "/usr/bin", "/usr/bin/again", "/usr/bin/hello", "/usr/bin/link", "/usr/lib",
                                 "/usr/lib/a", "/var", "/var/empty"));
  const FileEntry& again = manifest.files[6];
  EXPECT_EQ(again.type, FileType::regular) << "the first name of an inode is the file";
  EXPECT_EQ(again.mode, 0755);
  EXPECT_EQ(again.digest, sha256("hello"));
  EXPECT_EQ(manifest.files[7].type, FileType::hardlink);
  EXPECT_EQ(manifest.files[7].target, "/usr/bin/again");
  EXPECT_EQ(manifest.installed_size, 5U + 5U + 12U);
}

TEST_F(BuildPackage, SameContentGivesTheSameBytes) {
  fill("tree", {"one", "two", "three", "four"});
  fill("other", {"four", "three", "two", "one"});
  fs::last_write_time(dir_ / "other/usr/lib/one", fs::file_time_type::clock::now() - std::chrono::hours(1000));
  for (const char* ending : {".tar", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".tar.lz4"}) {
    const BuildOptions first = options(std::string("first") + ending);
    BuildOptions second = options(std::string("second") + ending);
    second.directory = (dir_ / "other").string() + "/";
    build_package(first);
    build_package(second);
    EXPECT_EQ(content_of(first.output), content_of(second.output)) << ending;
    second.source_date_epoch += 1;
    build_package(second);
    EXPECT_NE(content_of(first.output), content_of(second.output)) << ending;
  }
}

TEST_F(BuildPackage, TheManifestIsTheSecondMemberAndCanonical) {
  fill("tree", {"a"});
  const Manifest manifest = build_package(options());
  const std::string tar = content_of(options().output);
  EXPECT_THAT(tar.substr(0, 22), testing::StartsWith(".MINIPKG/manifest.json"));
  EXPECT_THAT(tar, HasSubstr(canonical_json(manifest)));
}

TEST_F(BuildPackage, AttributesAreKept) {
  fill("tree", {"a"});
  const fs::path file = dir_ / "tree/usr/lib/a";
  set_xattr(file, "user.note", std::string("a\0b", 3));
  if (::geteuid() == 0) set_xattr(file, "security.capability", *caps_bytes("cap_net_raw=ep"));
  set_xattr(file, "system.posix_acl_access", *acl_bytes("user::rw-,user:7:r--,group::r--,mask::r--,other::r--"));
  set_xattr(dir_ / "tree/usr/lib", "system.posix_acl_default", *acl_bytes("user::rwx,group::r-x,other::---"));
  const Manifest manifest = build_package(options());
  const FileEntry& a = manifest.files[10];
  ASSERT_EQ(a.path, "/usr/lib/a");
  EXPECT_EQ(a.xattrs.at("user.note"), std::string("a\0b", 3));
  EXPECT_EQ(acl_text(a.xattrs.at("system.posix_acl_access")), "user::rw-,user:7:r--,group::r--,mask::r--,other::r--");
  EXPECT_EQ(a.xattrs.count("security.capability"), ::geteuid() == 0 ? 1U : 0U);
  EXPECT_EQ(manifest.files[9].xattrs.count("system.posix_acl_default"), 1U);
  const Package package = open_package(options().output);
  EXPECT_EQ(package.manifest(), manifest);
  Nothing nothing;
  EXPECT_NO_THROW(package.read_payload(nothing));
}

TEST_F(BuildPackage, OwnersAreKeptOnlyWhenAsked) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  fill("tree", {"a"});
  ASSERT_EQ(::chown((dir_ / "tree/usr/lib/a").c_str(), 2, 54321), 0);
  BuildOptions how = options();
  EXPECT_EQ(build_package(how).files[10].owner, Owner{});
  how.owners = BuildOwners::keep;
  const Manifest manifest = build_package(how);
  EXPECT_EQ(manifest.files[10].owner, (Owner{"bin", "", 2, 54321}));
  const Package package = open_package(how.output);
  Nothing nothing;
  EXPECT_NO_THROW(package.read_payload(nothing));
}

TEST_F(BuildPackage, APartialManifestSaysTheRest) {
  fill("tree", {"a"});
  dir_.write("m.json", R"({"name":"other","version":"1","arch":"noarch","summary":"Greets","version_scheme":"semver",
      "relations":{"requires":[{"name":"libc"}]},
      "files":[{"path":"/usr/bin/again","user":"games","uid":5,"mode":"2755","caps":"cap_chown=ep"},
               {"path":"/etc/caf\ufffd","path_b64":"L2V0Yy9jYWbp","role":"config","config":"noreplace"}]})");
  BuildOptions how = options();
  how.name.reset();
  how.manifest = (dir_ / "m.json").string();
  const Manifest manifest = build_package(how);
  EXPECT_EQ(manifest.name, "other");
  EXPECT_EQ(manifest.version, "2.12.1-1") << "the option wins";
  EXPECT_EQ(manifest.summary, "Greets");
  EXPECT_EQ(manifest.version_scheme, "semver");
  EXPECT_EQ(manifest.extra, R"({"relations":{"requires":[{"name":"libc"}]}})");
  EXPECT_EQ(manifest.files[1].extra, R"({"config":"noreplace","role":"config"})");
  for (const std::size_t name : {6U, 7U}) {
    EXPECT_EQ(manifest.files[name].owner, (Owner{"games", "root", 5, 0})) << manifest.files[name].path;
    EXPECT_EQ(manifest.files[name].mode, 02755);
    EXPECT_EQ(manifest.files[name].xattrs.count("security.capability"), 1U);
  }
  const Package package = open_package(how.output);
  Nothing nothing;
  EXPECT_NO_THROW(package.read_payload(nothing));
}

TEST_F(BuildPackage, WhatCannotBePackedIsRefused) {
  BuildOptions how = options();
  EXPECT_THAT(refusal(how), HasSubstr("cannot open directory"));
  dir_.directory("tree");
  how.name.reset();
  EXPECT_THAT(refusal(how), HasSubstr("the name is missing"));
  EXPECT_THAT(refusal(options("hello.zip")), HasSubstr("its name does not say how to pack it"));
  how = options();
  how.manifest = (dir_ / "nowhere.json").string();
  EXPECT_THAT(refusal(how), HasSubstr("No such file"));
  dir_.write("m.json", R"({"files":[{"path":"/x"}]})");
  how.manifest = (dir_ / "m.json").string();
  EXPECT_THAT(refusal(how), HasSubstr("file '/x' is not in the directory"));
  for (const char* name : {".MINIPKG", ".PKGINFO", ".INSTALL"}) {
    dir_.directory(std::string("tree/") + name);
    EXPECT_THAT(refusal(options()), HasSubstr("the package itself uses this name"));
    fs::remove(dir_ / (std::string("tree/") + name));
  }
  dir_.write("tree/a\nb", "");
  EXPECT_THAT(refusal(options()), HasSubstr("a\\nb': its path has a control character"));
  fs::remove(dir_ / "tree/a\nb");
  EXPECT_EQ(refusal(options()), "built");
}

TEST_F(BuildPackage, SocketsAreRefused) {
  dir_.directory("tree");
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (dir_ / "tree/s").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ::close(fd);
  EXPECT_THAT(refusal(options()), HasSubstr("/tree/s': it is a socket"));
}

TEST_F(BuildPackage, NothingIsLeftBesideTheOutput) {
  fill("tree", {"a"});
  build_package(options());
  build_package(options());
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(dir_.path())) names.push_back(entry.path().filename());
  EXPECT_THAT(names, testing::UnorderedElementsAre("tree", "hello.pkg.tar"));
}

TEST_F(BuildPackage, AnEmptyTreeMakesAPackageWithoutFiles) {
  dir_.directory("tree");
  EXPECT_TRUE(build_package(options()).files.empty());
  EXPECT_TRUE(open_package(options().output).manifest().files.empty());
}

TEST_F(BuildPackage, BsdtarAndGnuTarUnpackIt) {
  fill("tree", {"a"});
  build_package(options("hello.pkg.tar.zst"));
  build_package(options());
  const std::pair<std::string, std::string> tools[] = {{"bsdtar", "hello.pkg.tar.zst"}, {"tar", "hello.pkg.tar"}};
  for (const auto& [tool, file] : tools) {
    if (run("command -v " + tool) != 0) GTEST_SKIP() << tool << " is not installed";
    dir_.directory(tool);
    EXPECT_EQ(run(tool + " -xpf " + (dir_ / file).string() + " -C " + (dir_ / tool).string()), 0) << tool;
    EXPECT_EQ(run("diff -r --no-dereference -x .PKGINFO -x .MINIPKG " + (dir_ / "tree").string() + " " +
                  (dir_ / tool).string()),
              0)
        << tool;
    EXPECT_TRUE(fs::equivalent(dir_ / (tool + "/usr/bin/hello"), dir_ / (tool + "/usr/bin/again"))) << tool;
  }
}

TEST_F(BuildPackage, PacmanInstallsIt) {
  if (::geteuid() != 0 || run("command -v pacman") != 0) GTEST_SKIP() << "needs root and pacman";
  fill("tree", {"a"});
  BuildOptions how = options("hello-2.12.1-1-any.pkg.tar.zst");
  how.arch = "noarch";
  build_package(how);
  const fs::path root = dir_ / "root";
  dir_.directory("root/var/lib/pacman");
  dir_.write("pacman.conf", "[options]\nSigLevel = Never\n");
  const std::string pacman = "pacman --noconfirm --config " + (dir_ / "pacman.conf").string() + " --root " +
                             root.string() + " --dbpath " + (root / "var/lib/pacman").string() + " ";
  ASSERT_EQ(run(pacman + "-U " + how.output), 0);
  EXPECT_EQ(content_of(root / "usr/bin/hello"), "hello");
  EXPECT_TRUE(fs::equivalent(root / "usr/bin/hello", root / "usr/bin/again"));
  EXPECT_TRUE(fs::exists(root / "etc/caf\xE9"));
  EXPECT_FALSE(fs::exists(root / ".MINIPKG"));
  EXPECT_EQ(run(pacman + "-Q hello | grep -qx 'hello 2.12.1-1'"), 0);
  EXPECT_EQ(run(pacman + "-Qkk hello"), 0);
}

TEST_F(BuildPackage, TheManifestFitsItsSchema) {
  if (run("python3 -c 'import jsonschema'") != 0) GTEST_SKIP() << "python3-jsonschema is not installed";
  fill("tree", {"a"});
  set_xattr(dir_ / "tree/usr/lib/a", "user.note", "x");
  set_xattr(dir_ / "tree/usr/lib", "system.posix_acl_default", *acl_bytes("user::rwx,group::r-x,other::---"));
  ASSERT_EQ(::mkfifo((dir_ / "tree/fifo").c_str(), 0600), 0);
  dir_.write("manifest.json", canonical_json(build_package(options())));
  const std::string schema = TEST_SOURCE_DIR "/../schemas/manifest-1.schema.json";
  const std::string check =
      "python3 -c 'import json,sys,jsonschema; s=json.load(open(sys.argv[1]));"
      "jsonschema.Draft202012Validator.check_schema(s);"
      "jsonschema.Draft202012Validator(s).validate(json.load(open(sys.argv[2])))' " +
      schema + " ";
  EXPECT_EQ(run(check + (dir_ / "manifest.json").string()), 0);
  dir_.write("wrong.json", R"({"schema":"minipkg-manifest/2"})");
  EXPECT_NE(run(check + (dir_ / "wrong.json").string()), 0);
}

TEST(Pkginfo, FitsPacman) {
  Manifest manifest;
  manifest.name = "libevent";
  manifest.version = "2.1.12-stable-8";
  manifest.arch = "amd64";
  manifest.summary = "two\nlines";
  const std::string text = minipkg::archive::pkginfo(manifest, Digest{}, 7);
  EXPECT_THAT(text, HasSubstr("pkgver = 2.1.12.stable-8\n"));
  EXPECT_THAT(text, HasSubstr("arch = x86_64\n"));
  EXPECT_THAT(text, HasSubstr("pkgdesc = two lines\n"));
  EXPECT_THAT(text, HasSubstr("builddate = 7\n"));
  EXPECT_EQ(minipkg::archive::promised_manifest_digest(minipkg::archive::pkginfo(manifest, sha256("x"), 7)),
            to_hex(sha256("x")));
  EXPECT_FALSE(minipkg::archive::promised_manifest_digest("pkgname = x\n"));
  manifest.version = "1.0";
  EXPECT_THAT(minipkg::archive::pkginfo(manifest, Digest{}, 7), HasSubstr("pkgver = 1.0-1\n"));
}
