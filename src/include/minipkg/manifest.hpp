// SPDX-License-Identifier: MIT
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "minipkg/export.hpp"

namespace minipkg {

/// SHA-256, raw.
using Digest = std::array<std::uint8_t, 32>;

MINIPKG_API std::string to_hex(const Digest&);
/// Throws Error(bad_package) unless `hex` is 64 lower-case hexadecimal digits.
MINIPKG_API Digest digest_from_hex(std::string_view hex);

enum class FileType : std::uint8_t { regular, directory, symlink, hardlink, character, block, fifo, socket };

/// Extended attributes by full name, values as raw bytes. Capabilities are "security.capability", POSIX ACLs
/// "system.posix_acl_access" and "system.posix_acl_default", all in the kernel's own encoding (xattr(7), acl(5)).
using Xattrs = std::map<std::string, std::string>;

/// Who owns a file. Names are resolved in the root's own passwd and group; the numbers serve where a name is
/// empty or unknown there.
struct Owner {
  std::string user = "root";
  std::string group = "root";
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool operator==(const Owner&) const = default;
};

/// One path of a package, and all that is promised about it. A hard link has mode, owner, time and attributes of its
/// leader, whose other name it is.
struct FileEntry {
  std::string path;  ///< absolute below the root, normalised ("/usr/bin/hello"); bytes, not necessarily UTF-8
  FileType type = FileType::regular;
  std::uint16_t mode = 0;  ///< the twelve permission bits; 0777 for a symlink
  Owner owner;
  std::uint64_t size = 0;  ///< regular files: bytes; otherwise 0
  std::int64_t mtime = 0;  ///< seconds since 1970; 0 also where the manifest does not say
  Digest digest{};         ///< regular files: SHA-256 of the content, holes read as zeros
  std::string target;      ///< symlink: its text; hardlink: path of the regular entry it is another name of
  std::uint32_t dev_major = 0, dev_minor = 0;
  Xattrs xattrs;
  std::string extra;  ///< members of the manifest's file object this version does not act on, as canonical JSON

  bool operator==(const FileEntry&) const = default;
};

/// What a package is and every path it brings. `files` is sorted by path bytes and names each path once;
/// a hard link stands with its own path and names its leader, which stands in the same manifest.
struct Manifest {
  std::string name, version, arch;
  std::string version_scheme = "rpm";
  std::string summary, description, license, homepage, maintainer;
  std::uint64_t installed_size = 0;  ///< sum of the sizes of the regular files
  std::vector<FileEntry> files;
  std::string extra;  ///< other top-level members (relations, scripts, restart, x-…) as canonical JSON

  bool operator==(const Manifest&) const = default;
};

/// Whether paths may hold control characters, such as a newline. Never a NUL. (Whatever prints them escapes them.)
enum class OddNames { refuse, allow };

/// Parses schemas/manifest-1.schema.json. `where` ("hello.pkg.tar: .MINIPKG/manifest.json") begins each message.
/// Throws Error(bad_package) on wrong JSON, an unknown schema version, a missing or mistyped member, an unsafe
/// path, an unsorted or repeated one, a time that no file system could hold.
MINIPKG_API Manifest parse_manifest(std::string_view json, const std::string& where, OddNames = OddNames::refuse);

/// Canonical JSON: sorted keys, no white space, files sorted by path bytes, a final newline.
MINIPKG_API std::string canonical_json(const Manifest&);

/// The identity of a package: SHA-256 of its canonical JSON.
MINIPKG_API Digest manifest_digest(const Manifest&);

/// Order of two versions of one scheme: negative, zero, positive. "rpm" is rpmvercmp on epoch:version-release,
/// "deb" is deb-version(7), "semver" is semver.org 2.0, everything else compares like "rpm".
MINIPKG_API int compare_versions(std::string_view scheme, std::string_view left, std::string_view right);

}  // namespace minipkg
