// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/base/digest.hpp"
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

class OpenPackage : public testing::Test {
 protected:
  std::string save(const std::string& bytes, const std::string& name = "hello-2.12.1-1.x86_64.pkg.tar") {
    dir_.write(name, bytes);
    return (dir_ / name).string();
  }

  /// The message of the refusal that opening or reading ends in, or "accepted".
  std::string refusal(const std::string& bytes, const OpenPackageOptions& options = {}) {
    const std::string file = save(bytes);
    try {
      const Package package = open_package(file, options);
      Nothing nothing;
      package.read_payload(nothing);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::bad_package) << error.what();
      EXPECT_THAT(error.what(), testing::StartsWith("cannot read '" + file)) << error.what();
      return error.what();
    }
    return "accepted";
  }

  TempDir dir_;
};

const std::string digest_of_data = to_hex(sha256("data"));

std::string manifest_of(const std::string& files) {
  return R"({"schema":"minipkg-manifest/1","name":"hello","version":"1-1","arch":"noarch","files":[)" + files + "]}";
}
std::string listed(const std::string& path, const std::string& more = "", const std::string& mode = "0644") {
  return R"({"path":")" + path + R"(","type":"file","mode":")" + mode + R"(","size":4,"digest":{"sha256":")" +
         digest_of_data + "\"}" + more + "}";
}
std::string native(const std::string& manifest, const std::string& members) {
  return tar_file(".MINIPKG/manifest.json", manifest) + members + tar_end();
}

}  // namespace

TEST_F(OpenPackage, BareTarTakesItsNameFromTheFileAndTheRestFromTheArchive) {
  const std::string file = save(
      tar_directory("./") + tar_directory("./usr/") +
      tar_member({.name = "./usr/x", .mode = 0755, .uid = "0000005", .mtime = "00000000012", .user = "games"}, "data") +
      tar_link('1', "./usr/again", "./usr/x") + tar_link('2', "./usr/link", "../etc/x") + tar_end());
  const Package package = open_package(file);
  EXPECT_EQ(package.form(), Package::Form::bare);
  const Manifest& manifest = package.manifest();
  EXPECT_EQ(manifest.name, "hello");
  EXPECT_EQ(manifest.version, "2.12.1-1");
  EXPECT_EQ(manifest.arch, "x86_64");
  EXPECT_EQ(manifest.installed_size, 4U);
  ASSERT_EQ(manifest.files.size(), 4U);
  EXPECT_EQ(manifest.files[0].path, "/usr");
  EXPECT_EQ(manifest.files[0].type, FileType::directory);
  EXPECT_EQ(manifest.files[1].path, "/usr/again");
  EXPECT_EQ(manifest.files[1].target, "/usr/x");
  EXPECT_EQ(manifest.files[1].mode, 0755);
  EXPECT_EQ(manifest.files[2].target, "../etc/x");
  const FileEntry& x = manifest.files[3];
  EXPECT_EQ(x.owner, (Owner{"games", "root", 5, 0}));
  EXPECT_EQ(x.mtime, 10);
  EXPECT_EQ(x.size, 4U);
  EXPECT_EQ(to_hex(x.digest), digest_of_data);
  Collector collector(manifest);
  package.read_payload(collector);
  EXPECT_EQ(collector.content, (std::map<std::string, std::string>{{"/usr/x", "data"}}));
  EXPECT_THAT(collector.ended, ElementsAre("/usr/x"));
}

TEST_F(OpenPackage, OptionsWinOverTheFileName) {
  const Package package = open_package(save(tar_file("x") + tar_end()), {.name = "other", .version = "3", .arch = {}});
  EXPECT_EQ(package.manifest().name, "other");
  EXPECT_EQ(package.manifest().version, "3");
  EXPECT_EQ(package.manifest().arch, "x86_64");
}

TEST_F(OpenPackage, AFileNameThatSaysNothingIsAnErrorOfUsage) {
  const std::string file = save(tar_file("x") + tar_end(), "payload.tar");
  try {
    open_package(file);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("the version is missing"));
    EXPECT_THAT(error.hint(), HasSubstr("--version"));
  }
  EXPECT_EQ(open_package(file, {.name = {}, .version = "1", .arch = {}}).manifest().arch, "noarch");
}

TEST_F(OpenPackage, WhatCannotBeOpenedIsAnErrorOfUsage) {
  for (const std::string& file : {(dir_ / "nowhere.tar").string(), dir_.path().string(), std::string("/dev/zero")}) {
    try {
      open_package(file);
      FAIL() << file;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
      EXPECT_THAT(error.what(), HasSubstr("cannot open '" + file + "'"));
    }
  }
}

TEST_F(OpenPackage, AFifoThatNobodyWritesToDoesNotHang) {
  const std::string fifo = (dir_ / "hello-1.tar").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THROW(open_package(fifo), Error);
}

TEST_F(OpenPackage, StandardInputIsReadOnceAndKept) {
  const std::string bytes = tar_file("x", "data") + tar_end();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  const int saved = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  ::close(ends[0]);
  const Package package = open_package("-", {.name = "n", .version = "1", .arch = {}});
  ::dup2(saved, STDIN_FILENO);
  ::close(saved);
  Collector collector(package.manifest());
  package.read_payload(collector);
  package.read_payload(collector);
  EXPECT_EQ(collector.content["/x"], "data");
}

TEST_F(OpenPackage, TheFileIsNotOpenedAgain) {
  const std::string file = save(tar_file("x", "data") + tar_end());
  const Package package = open_package(file);
  std::filesystem::remove(file);
  save(tar_file("x", "evil") + tar_end());
  Collector collector(package.manifest());
  package.read_payload(collector);
  EXPECT_EQ(collector.content["/x"], "data");
}

TEST_F(OpenPackage, ABareTarThatChangesInPlaceIsNoticed) {
  const std::string file = save(tar_file("x", "data") + tar_end());
  const Package package = open_package(file);
  const int fd = ::open(file.c_str(), O_WRONLY);
  ASSERT_EQ(::pwrite(fd, "evil", 4, 512), 4);
  ::close(fd);
  Nothing nothing;
  EXPECT_THROW(package.read_payload(nothing), Error);
}

TEST_F(OpenPackage, NativeIsReadUpToItsManifest) {
  // What follows is damaged, and opening does not notice: it looks whether a .PKGINFO is next, and no further.
  const std::string file = save(tar_file(".MINIPKG/manifest.json", manifest_of(listed("/x"))) +
                                tar_file(".PKGINFO", "pkgname = x\n") + std::string(512, 'x'));
  const Package package = open_package(file);
  EXPECT_EQ(package.form(), Package::Form::native);
  EXPECT_EQ(package.manifest().name, "hello");
  EXPECT_EQ(package.digest(), manifest_digest(package.manifest()));
  Nothing nothing;
  EXPECT_THROW(package.read_payload(nothing), Error);
}

TEST_F(OpenPackage, PkginfoVouchesForTheManifestOnEitherSide) {
  const std::string manifest = tar_file(".MINIPKG/manifest.json", manifest_of(listed("/x")));
  const std::string vouches = tar_file(
      ".PKGINFO", "# .MINIPKG/manifest.json sha256 " + to_hex(sha256(manifest_of(listed("/x")))) + "\npkgname = x\n");
  const std::string denies =
      tar_file(".PKGINFO", "# .MINIPKG/manifest.json sha256 " + to_hex(Digest{}) + "\npkgname = x\n");
  const std::string rest = tar_file("x", "data") + tar_end();
  EXPECT_EQ(refusal(manifest + vouches + rest), "accepted");
  EXPECT_EQ(refusal(vouches + manifest + rest), "accepted");
  EXPECT_THAT(refusal(manifest + denies + rest), testing::HasSubstr("is not that of .PKGINFO"));
  EXPECT_THAT(refusal(denies + manifest + rest), testing::HasSubstr("is not that of .PKGINFO"));
}

TEST_F(OpenPackage, NativeMayHaveAPkginfoInFront) {
  const std::string bytes =
      tar_file(".PKGINFO", "pkgname = x\n") + native(manifest_of(listed("/x")), tar_file("x", "data"));
  EXPECT_EQ(refusal(bytes), "accepted");
  EXPECT_EQ(open_package(save(bytes)).form(), Package::Form::native);
}

TEST_F(OpenPackage, NativeMustMatchItsManifestExactly) {
  const std::string manifest = manifest_of(listed("/x"));
  EXPECT_EQ(refusal(native(manifest, tar_file("x", "data"))), "accepted");
  const std::pair<std::string, const char*> cases[] = {
      {"", "the manifest names '/x', which is not in the archive"},
      {tar_file("x", "data") + tar_file("y", "data"), "member 3 'y' is not in the manifest"},
      {tar_file("x", "data") + tar_file("x", "data"), "member 3 'x' is there twice"},
      {tar_file("x", "evil"), "has other content"},
      {tar_file("x", "longer"), "the size '6', the manifest says '4'"},
      {tar_member({.name = "x", .mode = 04755}, "data"), "the mode '4755', the manifest says '0644'"},
      {tar_member({.name = "x", .user = "games"}, "data"), "the owner 'games:0', the manifest says 'root:0'"},
      {tar_member({.name = "x", .uid = "0000005"}, "data"), "the owner 'root:5', the manifest says 'root:0'"},
      {tar_member({.name = "x", .group = "games"}, "data"), "the group 'games:0'"},
      {tar_directory("x"), "the type 'directory', the manifest says 'regular file'"},
      {tar_link('2', "x", "y"), "the type 'symlink'"},
      {pax_header(pax_record("SCHILY.xattr.user.a", "b")) + tar_file("x", "data"), "other extended attributes"},
      {tar_file("x", "data") + tar_file(".MINIPKG/manifest.json", manifest), "is a second manifest"},
      {tar_file("x", "data") + tar_link('2', ".PKGINFO", "y"), "is not in the manifest"},
      {tar_file("x", "data") + tar_file(".INSTALL", "y"), "is not in the manifest"},
  };
  for (const auto& [members, why] : cases) EXPECT_THAT(refusal(native(manifest, members)), HasSubstr(why));
}

TEST_F(OpenPackage, NativeComparesWhatTheManifestGives) {
  const std::string manifest = manifest_of(
      listed("/a", R"(,"uid":5,"gid":6,"mtime":8)") + "," + listed("/b", R"(,"user":"games")") + "," +
      R"({"path":"/c","type":"symlink","target":"a"},{"path":"/d","type":"char","mode":"0600","dev":[1,3]},)" +
      R"({"path":"/e","type":"hardlink","target":"/a"})");
  const std::string a = tar_member({.name = "a", .uid = "0000005", .gid = "0000006", .mtime = "00000000010"}, "data");
  const std::string b = tar_member({.name = "b", .uid = "0000077", .mtime = "00000000777", .user = "games"}, "data");
  const std::string c = tar_link('2', "c", "a");
  const std::string d =
      tar_member({.name = "d", .type = '3', .mode = 0600, .raw = {{329, "0000001"}, {337, "0000003"}}});
  const std::string e = tar_link('1', "e", "a");
  EXPECT_EQ(refusal(native(manifest, a + b + c + d + e)), "accepted");
  EXPECT_EQ(refusal(native(manifest, d + a + e + c + b)), "accepted") << "in any order, leaders before links";
  EXPECT_THAT(refusal(native(manifest, e + a + b + c + d)), HasSubstr("is a hard link to '/a', which comes behind it"));
  EXPECT_THAT(refusal(native(manifest, a + b + tar_link('2', "c", "b") + d + e)), HasSubstr("the target 'b'"));
  EXPECT_THAT(refusal(native(manifest, a + b + c + tar_link('1', "e", "b"))), HasSubstr("the target '/b'"));
  const std::string other_time = tar_member({.name = "a", .uid = "0000005", .gid = "0000006"}, "data");
  EXPECT_THAT(refusal(native(manifest, other_time)), HasSubstr("the time '0', the manifest says '8'"));
  const std::string other_device =
      tar_member({.name = "d", .type = '3', .mode = 0600, .raw = {{329, "0000001"}, {337, "0000005"}}});
  EXPECT_THAT(refusal(native(manifest, other_device)), HasSubstr("the minor number '5'"));
}

TEST_F(OpenPackage, ABadManifestIsNamedWithItsMember) {
  EXPECT_THAT(refusal(native("{", "")), HasSubstr(".pkg.tar: .MINIPKG/manifest.json': "));
  EXPECT_THAT(refusal(native(R"({"schema":"minipkg-manifest/2"})", "")),
              HasSubstr("'minipkg-manifest/2' is not known"));
  EXPECT_THAT(refusal(tar_directory(".MINIPKG/manifest.json") + tar_end()), HasSubstr("is no regular file"));
  EXPECT_THAT(refusal(tar_file("x") + tar_file(".MINIPKG/manifest.json", "{}") + tar_end()),
              HasSubstr("must be the first member"));
}

TEST_F(OpenPackage, MembersBelowMinipkgAreNotInstalled) {
  EXPECT_EQ(refusal(native(manifest_of(listed("/x")),
                           tar_file(".MINIPKG/scripts/post-install", "echo") + tar_file("x", "data"))),
            "accepted");
}

TEST_F(OpenPackage, PacmansMetadataIsLeftOutOnlyOfAPackageOfPacmans) {
  const std::string members = tar_file(".MTREE", "m") + tar_file(".BUILDINFO") + tar_file("x", "data");
  const Package plain = open_package(save(members + tar_end()));
  EXPECT_EQ(plain.manifest().files.size(), 3U);
  const Package pacman = open_package(save(members + tar_file(".PKGINFO", "pkgname = x") + tar_end()));
  ASSERT_EQ(pacman.manifest().files.size(), 1U);
  EXPECT_EQ(pacman.manifest().files[0].path, "/x");
  Collector collector(pacman.manifest());
  pacman.read_payload(collector);
  EXPECT_EQ(collector.content["/x"], "data");
}

TEST_F(OpenPackage, SpecialFilesOfABareTarNeedConsentAndAreListed) {
  const std::string caps(std::string("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
  const std::pair<std::string, std::string> cases[] = {
      {tar_member({.name = "x", .mode = 04755}), "setuid /x"},
      {tar_member({.name = "x", .mode = 02755}), "setgid /x"},
      {tar_member({.name = "x", .type = '5', .mode = 02755}), "setgid /x"},
      {tar_member({.name = "x", .type = '6'}), "fifo /x"},
      {tar_member({.name = "x", .type = '3'}), "character device /x"},
      {tar_member({.name = "x", .type = '4'}), "block device /x"},
      {pax_header(pax_record("SCHILY.xattr.security.capability", caps)) + tar_file("x"), "capabilities /x"},
      {pax_header(pax_record("SCHILY.xattr.trusted.a", "1")) + tar_file("x"), "attribute trusted.a /x"},
      {pax_header(pax_record("SCHILY.acl.access", "user::rw-,user:a:rw-:7,group::r--,mask::r--,other::r--")) +
           tar_file("x"),
       "ACL /x"},
  };
  for (const auto& [member, special] : cases) {
    EXPECT_THAT(refusal(member + tar_end()), HasSubstr("only a manifest may ask for")) << special;
    const OpenPackageOptions allow{.name = {}, .version = {}, .arch = {}, .special = SpecialFiles::allow};
    EXPECT_EQ(refusal(member + tar_end(), allow), "accepted") << special;
    EXPECT_THAT(open_package(save(member + tar_end()), allow).special_files(), ElementsAre(special));
  }
  EXPECT_EQ(refusal(tar_member({.name = "x", .type = '5', .mode = 01777}) + tar_end()), "accepted")
      << "sticky is harmless";
}

TEST_F(OpenPackage, ATreeThatIsNoneIsRefusedWithMemberAndName) {
  const std::pair<std::string, const char*> cases[] = {
      {tar_file("/etc/passwd"), "member 1 '/etc/passwd' has a name that is absolute"},
      {tar_file("../x"), "member 1 '../x' has a name that has a '..' component"},
      {tar_file("a/../../x"), "'..' component"},
      {tar_file("a/.."), "'..' component"},
      {tar_file(".//x"), "empty component"},
      {tar_file("a\nb"), "member 1 'a\\nb' has a name that has a control character"},
      {tar_file("."), "member 1 '.' stands for the root, but is no directory"},
      {pax_header(pax_record("path", std::string(256, 'n'))) + tar_file("x"), "component longer than 255 bytes"},
      {tar_file("x") + tar_file("./x"), "member 2 './x' is the same path as member 1 'x'"},
      {tar_directory("x") + tar_file("x"), "is the same path as member 1"},
      {tar_directory("x/") + tar_member({.name = "x", .type = '5', .mode = 0700}), "is the same path as member 1"},
      {tar_file("x") + tar_file("x/y"), "member 2 'x/y' is below '/x', which is a regular file"},
      {tar_link('2', "x", "/etc") + tar_file("x/y/z"), "member 2 'x/y/z' is below '/x', which is a symlink"},
      {tar_file("x/y") + tar_link('2', "x", "/etc"), "member 1 'x/y' is below '/x', which is a symlink"},
      {tar_link('1', "x", "/etc/passwd"), "member 1 'x' is a hard link whose target is absolute"},
      {tar_link('1', "x", "../etc/passwd"), "is a hard link whose target has a '..' component"},
      {tar_link('1', "x", "etc/passwd"), "is a hard link to '/etc/passwd', which is not in the package"},
      {tar_link('1', "x", "y") + tar_file("y"), "is a hard link to '/y', which comes behind it"},
      {tar_directory("y") + tar_link('1', "x", "y"), "is a hard link to '/y', which is a directory"},
      {tar_file("y") + tar_link('1', "x", "y") + tar_link('1', "z", "x"),
       "is a hard link to '/x', which is a hard link"},
      {tar_link('1', "x", "x"), "is a hard link to '/x', which is a hard link"},
      {tar_link('2', "x", ""), "is a symlink to nothing"},
      {tar_member({.name = "x", .user = "a:b"}), "has an owner whose name is no account name"},
      {pax_header(pax_record("SCHILY.xattr.com.apple.x", "1")) + tar_file("x"), "is in no name space"},
      {pax_header(pax_record("SCHILY.xattr.user.a", "1")) + tar_link('2', "x", "y"), "cannot carry"},
      {"", "the archive is empty"},
  };
  for (const auto& [members, why] : cases) EXPECT_THAT(refusal(members + tar_end()), HasSubstr(why));
}

TEST_F(OpenPackage, TwoEqualDirectoriesAreOne) {
  EXPECT_EQ(refusal(tar_directory("x/") + tar_file("x/y") + tar_directory("./x") + tar_end()), "accepted");
}
