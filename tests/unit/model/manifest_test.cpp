// SPDX-License-Identifier: MIT
#include "minipkg/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/model/partial_manifest.hpp"
#include "lib/model/xattr_text.hpp"
#include "minipkg/error.hpp"

using namespace minipkg;
using testing::HasSubstr;

namespace {

const std::string digest_of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string with_files(const std::string& files) {
  return R"({"schema":"minipkg-manifest/1","name":"hello","version":"2.12.1-1","arch":"x86_64","files":[)" + files +
         "]}";
}

std::string regular(const std::string& path, const std::string& more = "") {
  return R"({"path":")" + path + R"(","type":"file","mode":"0644","size":0,"digest":{"sha256":")" + digest_of_nothing +
         "\"}" + more + "}";
}

std::string directory(const std::string& path) { return R"({"path":")" + path + R"(","type":"dir","mode":"0755"})"; }

/// The message of the refusal, or "accepted".
std::string refusal(const std::string& json) {
  try {
    parse_manifest(json, "x.tar: manifest");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_package);
    EXPECT_THAT(error.what(), testing::StartsWith("cannot read 'x.tar: manifest': "));
    return error.what();
  }
  return "accepted";
}

Manifest parse(const std::string& json) { return parse_manifest(json, "test"); }

}  // namespace

TEST(Manifest, ReadsAllItActsOn) {
  const Manifest manifest = parse(
      R"({"schema":"minipkg-manifest/1","name":"hello","version":"1:2.12.1-1","version_scheme":"deb","arch":"any",
          "summary":"Greets","license":"MIT","homepage":"https://x","maintainer":"m","description":"d","files":[)" +
      regular("/bin/x", R"(,"user":"daemon","group":"mail","uid":1,"gid":8,"mtime":-5,"caps":"cap_net_raw=ep")") +
      R"(,{"path":"/bin/y","type":"hardlink","target":"/bin/x"},)"
      R"({"path":"/dev/z","type":"block","mode":"0660","dev":[8,1]},{"path":"/l","type":"symlink","target":"../x"}]})");
  EXPECT_EQ(manifest.name, "hello");
  EXPECT_EQ(manifest.version_scheme, "deb");
  ASSERT_EQ(manifest.files.size(), 4U);
  const FileEntry& x = manifest.files[0];
  EXPECT_EQ(x.owner, (Owner{"daemon", "mail", 1, 8}));
  EXPECT_EQ(x.mtime, -5);
  EXPECT_EQ(to_hex(x.digest), digest_of_nothing);
  EXPECT_EQ(x.xattrs.at(std::string(caps_xattr)), *caps_bytes("cap_net_raw=ep"));
  EXPECT_EQ(manifest.files[1].target, "/bin/x");
  EXPECT_EQ(manifest.files[1].owner, x.owner) << "a hard link has its leader's attributes";
  EXPECT_EQ(manifest.files[2].dev_major, 8U);
  EXPECT_EQ(manifest.files[2].owner, Owner{});
  EXPECT_EQ(manifest.files[3].mode, 0777);
  EXPECT_EQ(manifest.files[3].target, "../x");
}

TEST(Manifest, CanonicalFormIsStable) {
  const std::string loose =
      R"({ "version":"1","x-b":{"z":1,"a":[1.5,null]}, "schema":"minipkg-manifest/1","relations":{"requires":[{"name":"libc"}]},
         "scripts":{"post-install":{"interpreter":["/bin/sh"]}},"arch":"noarch","name":"n","files":[)" +
      regular(
          "/etc/n",
          R"(,"role":"config","config":"noreplace","xattrs":{"user.a":"AAE="},"acl":"user::rw-,user:7:r--,group::r--,mask::r--,other::r--")") +
      "]}";
  const Manifest manifest = parse(loose);
  const std::string canonical = canonical_json(manifest);
  EXPECT_EQ(canonical.back(), '\n');
  EXPECT_THAT(canonical, HasSubstr(R"("relations":{"requires":[{"name":"libc"}]})"));
  EXPECT_THAT(canonical, HasSubstr(R"("x-b":{"a":[1.5,null],"z":1})"));
  EXPECT_THAT(canonical,
              HasSubstr(R"("acl":"user::rw-,user:7:r--,group::r--,mask::r--,other::r--","config":"noreplace")"));
  EXPECT_THAT(canonical, HasSubstr(R"("xattrs":{"user.a":"AAE="})"));
  const Manifest again = parse(canonical);
  EXPECT_EQ(again, manifest);
  EXPECT_EQ(canonical_json(again), canonical);
  EXPECT_EQ(manifest_digest(again), manifest_digest(manifest));
}

TEST(Manifest, TheDigestSeesEveryDifference) {
  const Manifest manifest = parse(with_files(regular("/a")));
  Manifest other = manifest;
  other.files[0].mode = 0755;
  EXPECT_NE(manifest_digest(other), manifest_digest(manifest));
  other = manifest;
  other.extra = R"({"x-a":1})";
  EXPECT_NE(manifest_digest(other), manifest_digest(manifest));
}

TEST(Manifest, OwnersComeBackAsTheyWere) {
  Manifest manifest = parse(with_files(regular("/a")));
  for (const Owner& owner : {Owner{}, Owner{"", "", 0, 0}, Owner{"", "", 5, 6}, Owner{"root", "root", 5, 6},
                             Owner{"games", "games", 0, 0}, Owner{"games", "", 5, 0}}) {
    manifest.files[0].owner = owner;
    EXPECT_EQ(parse(canonical_json(manifest)).files[0].owner, owner) << owner.user << owner.uid;
  }
}

TEST(Manifest, BytesThatAreNotUtf8Survive) {
  Manifest manifest = parse(with_files(regular("/a")));
  manifest.files[0].path = "/caf\xE9";
  FileEntry link;
  link.path = "/l";
  link.type = FileType::symlink;
  link.mode = 0777;
  link.target = "caf\xE9";
  manifest.files.push_back(link);
  const std::string json = canonical_json(manifest);
  EXPECT_THAT(json, HasSubstr("\"path\":\"/caf\xEF\xBF\xBD\",\"path_b64\":\"L2NhZuk=\""));
  EXPECT_EQ(parse(json), manifest);
}

TEST(Manifest, OtherDigestsAreCarriedAlong) {
  const std::string json = with_files(
      R"({"path":"/a","type":"file","mode":"0644","size":0,"digest":{"md5":"d41d8cd98f00b204e9800998ecf8427e","sha256":")" +
      digest_of_nothing + "\"}}");
  EXPECT_THAT(canonical_json(parse(json)),
              HasSubstr(R"("digest":{"md5":"d41d8cd98f00b204e9800998ecf8427e","sha256":"e3b)"));
}

TEST(Manifest, WrongJsonIsRefused) {
  for (const char* json : {"", "{", "[]", "null", "\"x\"", "{\"schema\":}", "\xFF", "{\"a\":1,}", "{} {}"}) {
    EXPECT_NE(refusal(json), "accepted") << json;
  }
  EXPECT_THAT(refusal(R"({"schema":"minipkg-manifest/1","name":"a","name":"b"})"), HasSubstr("'name' is there twice"));
  EXPECT_THAT(refusal(R"({"x-a":)" + std::string(100000, '[')), HasSubstr("nested too deeply"));
}

TEST(Manifest, AnUnknownSchemaIsRefusedByName) {
  std::string json = with_files(R"({"what":"ever"})");
  json.replace(json.find("manifest/1"), 10, "manifest/2");
  EXPECT_THAT(refusal(json), HasSubstr("schema 'minipkg-manifest/2' is not known"));
  EXPECT_THAT(refusal(R"({"files":[],"name":"a"})"), HasSubstr("'schema' is missing"));
}

TEST(Manifest, MissingAndMistypedMembersAreRefused) {
  const std::string start = R"({"schema":"minipkg-manifest/1",)";
  EXPECT_THAT(refusal(start + R"("version":"1","arch":"a","files":[]})"), HasSubstr("name is missing"));
  EXPECT_THAT(refusal(start + R"("name":"n","arch":"a","files":[]})"), HasSubstr("version is missing"));
  EXPECT_THAT(refusal(start + R"("name":"n","version":"1","files":[]})"), HasSubstr("architecture is missing"));
  EXPECT_THAT(refusal(start + R"("name":"n","version":"1","arch":"a"})"), HasSubstr("'files' is missing"));
  const std::string good = start + R"("name":"n","version":"1","arch":"a","files":[])";
  EXPECT_EQ(refusal(good + "}"), "accepted");
  EXPECT_THAT(refusal(good + R"(,"summary":1})"), HasSubstr("'summary' is not a string"));
  EXPECT_THAT(refusal(good + R"(,"relations":[]})"), HasSubstr("'relations' is not an object"));
  EXPECT_THAT(refusal(good + R"(,"version_scheme":"calver"})"), HasSubstr("version scheme 'calver' is not known"));
  EXPECT_THAT(refusal(good + R"(,"surprise":1})"), HasSubstr("'surprise' is not known"));
  EXPECT_THAT(refusal(good + R"(,"installed_size":7})"), HasSubstr("'installed_size' is 7"));
  EXPECT_THAT(refusal(start + R"("name":"n","version":"1","arch":"a","files":{}})"),
              HasSubstr("'files' is not an array"));
  EXPECT_THAT(refusal(start + R"("name":"n","version":"1","arch":"a","files":[1]})"), HasSubstr("not an object"));
  EXPECT_THAT(refusal(start + R"("name":"n","version":"1","arch":"a","files":[[]]})"), HasSubstr("not an object"));
}

TEST(Manifest, BadNamesAreRefused) {
  const auto named = [](const std::string& name, const std::string& version, const std::string& arch) {
    return R"({"schema":"minipkg-manifest/1","name":")" + name + R"(","version":")" + version + R"(","arch":")" + arch +
           R"(","files":[]})";
  };
  EXPECT_EQ(refusal(named("lib-x_1.0+b@~", "1", "a")), "accepted");
  for (const char* name : {"", "-x", ".x", "a/b", "a b", "a\\nb", "\\u00e9"}) {
    EXPECT_THAT(refusal(named(name, "1", "a")), HasSubstr("the name ")) << name;
  }
  EXPECT_THAT(refusal(named(std::string(256, 'n'), "1", "a")), HasSubstr("the name is longer"));
  EXPECT_THAT(refusal(named("n", "1 2", "a")), HasSubstr("the version has"));
  EXPECT_THAT(refusal(named("n", "1\\u001b[2J", "a")), HasSubstr("the version has"));
  EXPECT_THAT(refusal(named("n", "1", "x/y")), HasSubstr("the architecture has"));
}

TEST(Manifest, BadFilesAreRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {R"({"type":"dir"})", "file 1: member 'path' is missing"},
      {directory("/"), "the root directory"},
      {directory("usr"), "the path is not absolute"},
      {directory("/a/../b"), "'..' component"},
      {directory("/a\\nb"), "file '/a\\nb': the path has a control character"},
      {R"({"path":"/a"})", "'type' is missing"},
      {R"({"path":"/a","type":"socket"})", "type 'socket' cannot be installed"},
      {R"({"path":"/a","type":"absent"})", "type 'absent' cannot be installed"},
      {R"({"path":"/a","type":"dir","mode":"755"})", "'mode' is not four octal digits"},
      {R"({"path":"/a","type":"dir","mode":"0789"})", "'mode' is not four octal digits"},
      {R"({"path":"/a","type":"dir","size":1})", "'size' is not known"},
      {R"({"path":"/a","type":"file","mode":"0644","size":-1})", "'size' is not a whole number"},
      {R"({"path":"/a","type":"file","mode":"0644","size":1.5})", "'size' is not a whole number"},
      {R"({"path":"/a","type":"file","mode":"0644","size":18446744073709551615})", "'size' is not a whole number"},
      {R"({"path":"/a","type":"file","mode":"0644","size":1})", "'digest' has no 'sha256'"},
      {R"({"path":"/a","type":"file","mode":"0644","size":1,"digest":{"sha256":"12"}})", "64 lower-case"},
      {R"({"path":"/a","type":"dir","mode":"0755","uid":4294967295})", "'uid' is not"},
      {R"({"path":"/a","type":"dir","mode":"0755","user":"a:b"})", "account name"},
      {R"({"path":"/a","type":"symlink"})", "'target' is missing"},
      {R"({"path":"/a","type":"symlink","target":""})", "target is empty"},
      {R"({"path":"/a","type":"hardlink","target":"b"})", "the link's target is not absolute"},
      {R"({"path":"/a","type":"char","mode":"0600"})", "'dev' is not a pair"},
      {R"({"path":"/a","type":"char","mode":"0600","dev":[1,2,3]})", "'dev' is not a pair"},
      {R"({"path":"/a","type":"dir","mode":"0755","mtime":"now"})", "'mtime' is not"},
      {R"({"path":"/a","type":"dir","mode":"0755","colour":"red"})", "'colour' is not known"},
      {R"({"path":"/a","type":"dir","mode":"0755","x-a":1})", "'x-a' is not known"},
      {R"({"path":"/a","type":"dir","mode":"0755","path_b64":"L2E="})", "'path_b64'"},
      {R"({"path":"/b","type":"dir","mode":"0755","path_b64":"L2Hp"})", "'path' and 'path_b64' differ"},
      {R"({"path":"/a","type":"dir","mode":"0755","caps":"cap_chown=ep"})", "has capabilities but is no regular"},
      {regular("/a", R"(,"caps":"nonsense")"), "'caps' cannot be understood"},
      {regular("/a", R"(,"acl":"nonsense")"), "'acl' cannot be understood"},
      {regular("/a", R"(,"acl":"user::rwx,user:1:rwx,group::r--,mask::rwx,other::---")"), "contradicts its mode"},
      {regular("/a", R"(,"xattrs":{"user.a":"?"})"), "is not base64"},
      {regular("/a", R"(,"xattrs":{"system.x":"AA=="})"), "no name space"},
      {regular("/a", R"(,"ghost":true)"), "'ghost' is true"},
      {regular("/a", R"(,"role":7)"), "'role' is not a string"},
  };
  for (const auto& [file, why] : cases) EXPECT_THAT(refusal(with_files(file)), HasSubstr(why)) << file;
}

TEST(Manifest, FilesThatAreNoTreeAreRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {regular("/b") + "," + regular("/a"), "file '/a' must stand before '/b'"},
      {regular("/a") + "," + regular("/a"), "file '/a' is named twice"},
      {regular("/a") + "," + regular("/a/b"), "file '/a/b' is below '/a', which is a regular file"},
      {R"({"path":"/a","type":"symlink","target":"/etc"},)" + regular("/a.b") + "," + regular("/a/b/c"),
       "file '/a/b/c' is below '/a', which is a symlink"},
      {R"({"path":"/a","type":"hardlink","target":"/b"})", "'/b', which is not in the package"},
      {R"({"path":"/a","type":"hardlink","target":"/b"},)" + directory("/b"), "'/b', which is a directory"},
      {R"({"path":"/a","type":"hardlink","target":"/a"})", "'/a', which is a hard link"},
  };
  for (const auto& [files, why] : cases) EXPECT_THAT(refusal(with_files(files)), HasSubstr(why)) << files;
  EXPECT_EQ(refusal(with_files(directory("/a") + "," + regular("/a.b") + "," + regular("/a/b"))), "accepted");
}

TEST(Manifest, Hex) {
  EXPECT_EQ(to_hex(digest_from_hex(digest_of_nothing)), digest_of_nothing);
  EXPECT_THROW(digest_from_hex(""), Error);
  EXPECT_THROW(digest_from_hex(digest_of_nothing + "0"), Error);
  EXPECT_THROW(digest_from_hex("E" + digest_of_nothing.substr(1)), Error);
}

TEST(PartialManifest, NothingIsRequired) {
  const PartialManifest partial = parse_partial_manifest("{}", "m.json");
  EXPECT_EQ(partial.description.name, "");
  EXPECT_EQ(partial.description.version_scheme, "rpm");
  EXPECT_TRUE(partial.files.empty());
}

TEST(PartialManifest, FilesOverrideWhatTheDiskSays) {
  const PartialManifest partial = parse_partial_manifest(
      R"({"name":"n","relations":{},"files":[{"path":"/a","user":"games","mode":"2755","caps":"cap_chown=ep","role":"doc"}]})",
      "m.json");
  EXPECT_EQ(partial.description.extra, R"({"relations":{}})");
  Manifest manifest = parse(with_files(regular("/a") + "," + regular("/b")));
  apply_overrides(partial, manifest.files, "m.json");
  EXPECT_EQ(manifest.files[0].owner, (Owner{"games", "root", 0, 0}));
  EXPECT_EQ(manifest.files[0].mode, 02755);
  EXPECT_EQ(manifest.files[0].xattrs.count("security.capability"), 1U);
  EXPECT_EQ(manifest.files[0].extra, R"({"role":"doc"})");
  EXPECT_EQ(manifest.files[1].mode, 0644);
}

TEST(PartialManifest, WhatMakesNoSenseIsRefused) {
  Manifest manifest = parse(with_files(directory("/a")));
  const auto message = [&](const std::string& json) -> std::string {
    try {
      apply_overrides(parse_partial_manifest(json, "m.json"), manifest.files, "m.json");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_THAT(message(R"({"files":[{"path":"/nowhere"}]})"), HasSubstr("'/nowhere' is not in the directory"));
  EXPECT_THAT(message(R"({"files":[{"path":"/a","size":1}]})"), HasSubstr("'size' is not known"));
  EXPECT_THAT(message(R"({"files":[{"path":"/a","caps":"cap_chown=ep"}]})"), HasSubstr("no regular file"));
  EXPECT_THAT(message(R"({"schema":"minipkg-manifest/9"})"), HasSubstr("'minipkg-manifest/9' is not known"));
  EXPECT_THAT(message(R"({"colour":1})"), HasSubstr("'colour' is not known"));
}
