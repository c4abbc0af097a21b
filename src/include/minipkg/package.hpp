// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "minipkg/export.hpp"
#include "minipkg/manifest.hpp"
#include "minipkg/signature.hpp"

namespace minipkg {

/// Whether special files of a bare tar (setuid, setgid, capabilities, devices, fifos) are accepted.
/// In a native package the manifest lists them, which is consent enough.
enum class SpecialFiles { refuse, allow };

/// What an archive may come to before it is refused as a bomb.
struct ReadLimits {
  std::uint64_t unpacked = std::uint64_t{1} << 40U;  ///< bytes of all files
  std::uint64_t ratio = 1000;                        ///< unpacked bytes a byte of the file, beyond the first 64 MiB
  std::uint64_t entries = 4'000'000;                 ///< members
};

struct OpenPackageOptions {
  std::optional<std::string> name, version, arch;  ///< for a bare tar, before what the file name says
  SpecialFiles special = SpecialFiles::refuse;
  ReadLimits limits{};
  OddNames odd_names = OddNames::refuse;
  Requirements required{};  ///< held against the file before a byte of it is parsed
};

/// Receives the data of a package, one regular file after the other, in archive order.
class MINIPKG_API PayloadSink {
 public:
  virtual ~PayloadSink() = default;
  /// `entry` indexes Manifest::files. Returns whether write() and end() should be called for it; the digest is
  /// checked anyway.
  virtual bool begin(std::size_t entry) = 0;
  /// Bytes at `offset`; offsets only grow, what is left out is a hole that reads as zeros.
  virtual void write(std::uint64_t offset, std::span<const char> bytes) = 0;
  /// All bytes of the entry came and their digest is the manifest's.
  virtual void end() = 0;
  /// Now and then while the archive is read, several times a second if nothing comes. May throw to give up.
  virtual void waiting() {}
};

/// An opened package file. It keeps the descriptor it was read from: the name is never opened again. It is read and
/// decompressed in a process of its own, which can do nothing else.
class MINIPKG_API Package {
 public:
  enum class Form { native, bare };

  Package(Package&&) noexcept;
  Package& operator=(Package&&) noexcept;
  ~Package();

  const std::string& file() const;  ///< as the caller named it, "-" for stdin; for messages (escape it)
  Form form() const;
  const Manifest& manifest() const;
  const Digest& digest() const;  ///< of the canonical manifest
  /// Whose signature was required, and held.
  const std::optional<SignedBy>& signed_by() const;
  /// Special files of a bare tar that SpecialFiles::allow let in, each as "setuid /usr/bin/x"; to be shown.
  const std::vector<std::string>& special_files() const;
  /// What this kernel lacks to hold the process that reads the archive: "Landlock", "seccomp"; mostly nothing.
  std::vector<std::string> missing_protection() const;

  /// Reads the archive from its beginning to its very end and throws Error(bad_package), naming file and member,
  /// unless it holds exactly what the manifest says: count, type, mode, owner, size, link target, xattrs, SHA-256.
  void read_payload(PayloadSink&) const;

  struct Impl;
  explicit Package(std::unique_ptr<Impl>);

 private:
  std::unique_ptr<Impl> impl_;
};

/// Opens a package. A native one is read up to its manifest only. A bare tar is read once to make its manifest;
/// read_payload() then reads it again, so that what is already installed is never written (see ARCHITECTURE.md).
/// "-" is stdin, spooled to an unlinked temporary file; so is a file that others may write to, if anything is required
/// of it. Throws Error(usage) if it cannot be opened, Error(bad_package) for everything that is wrong with its content,
/// its signature or its digest.
MINIPKG_API Package open_package(const std::string& file, const OpenPackageOptions& = {});

enum class BuildOwners { root, keep };

struct BuildOptions {
  std::string directory;                ///< what is packed, as the root of the package
  std::string output;                   ///< ".tar", or ".tar.gz|.xz|.zst|.bz2|.lz4" by its name's end
  std::optional<std::string> manifest;  ///< partial manifest: everything but the file facts, and what overrides them
  std::optional<std::string> name, version, arch;  ///< win over the partial manifest
  BuildOwners owners = BuildOwners::root;
  OddNames odd_names = OddNames::refuse;
  std::int64_t source_date_epoch = 0;  ///< the mtime of every member
};

/// Packs a directory; the same content gives the same bytes whatever the order, inodes and times on disk.
/// The output appears complete or not at all. Returns the manifest written.
MINIPKG_API Manifest build_package(const BuildOptions&);

}  // namespace minipkg
