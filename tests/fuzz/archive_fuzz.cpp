// SPDX-License-Identifier: MIT
// A package file, bare or native, compressed or not: opened, and unpacked into memory. What is let in keeps the rules,
// and comes out as it was declared.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optional>

#include "fuzz/policy.hpp"
#include "fuzz/tar_mutator.hpp"
#include "lib/base/digest.hpp"
#include "minipkg/package.hpp"

using namespace minipkg;
using fuzz::require;

namespace {

/// Takes every file, and holds what comes against the manifest.
class Target : public PayloadSink {
 public:
  explicit Target(const Manifest& manifest) : manifest_(manifest), arrived_(manifest.files.size()) {}

  bool begin(std::size_t entry) override {
    require(entry < manifest_.files.size() && !file_, "a file that is listed begins behind the end of another");
    require(manifest_.files[entry].type == FileType::regular && !arrived_[entry], "only files have data, and once");
    file_ = entry;
    position_ = 0;
    return true;
  }
  void write(std::uint64_t offset, std::span<const char> bytes) override {
    require(file_.has_value() && offset >= position_, "data of one file comes in its order");
    require(offset <= size() && bytes.size() <= size() - offset, "no more data than was declared");
    hash_.update_zeros(offset - position_);
    hash_.update(bytes);
    position_ = offset + bytes.size();
  }
  void end() override {
    require(file_.has_value(), "what ends has begun");
    hash_.update_zeros(size() - position_);
    require(hash_.finish() == manifest_.files[*file_].digest, "the data is what the manifest says");
    arrived_[*file_] = true;
    file_.reset();
  }

  void require_all() const {
    require(!file_, "the last file has ended");
    for (std::size_t i = 0; i < arrived_.size(); ++i) {
      require(arrived_[i] == (manifest_.files[i].type == FileType::regular), "every file came");
    }
  }

 private:
  std::uint64_t size() const { return manifest_.files[*file_].size; }

  const Manifest& manifest_;
  std::vector<bool> arrived_;
  std::optional<std::size_t> file_;
  std::uint64_t position_ = 0;
  Sha256 hash_;
};

void require_no_special(const Manifest& manifest) {
  for (const FileEntry& file : manifest.files) {
    const bool plain = file.type == FileType::regular || file.type == FileType::directory ||
                       file.type == FileType::symlink || file.type == FileType::hardlink;
    require(plain && (file.type == FileType::symlink || (file.mode & 06000) == 0), "nothing special without consent");
    for (const auto& [name, value] : file.xattrs) require(name.starts_with("user."), "no special attributes, either");
  }
}

void check(const std::string& name, SpecialFiles special) {
  const OpenPackageOptions options{"fuzz", "1", "noarch", special};
  try {
    const Package package = open_package(name, options);
    fuzz::require_good_tree(package.manifest().files);
    require(package.digest() == manifest_digest(package.manifest()), "a package's digest is that of its manifest");
    const bool bare = package.form() == Package::Form::bare;
    if (bare && special == SpecialFiles::refuse) require_no_special(package.manifest());
    Target target(package.manifest());
    package.read_payload(target);
    target.require_all();
    const Manifest again = parse_manifest(canonical_json(package.manifest()), "again");
    require(again == package.manifest(), "the manifest of a package can be recorded");
  } catch (const Error& error) {
    fuzz::require_good_refusal(error, ErrorKind::bad_package);
  }
}

/// Holes are hashed at a second a GiB: headers that may declare many are for the tests of limits.
bool may_have_huge_holes(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits >= 9 && text.find("GNU.sparse") != std::string_view::npos) return true;
  }
  for (std::size_t at = 0; at + 512 <= text.size(); at += 512) {
    if (text[at + 156] == 'S' && text.substr(at + 483, 4) != "0000") return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  static const std::string name = fmt::format("/proc/self/fd/{}", file);
  if (may_have_huge_holes(fuzz::as_text(data, size))) return -1;
  require(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size), "memory");
  check(name, SpecialFiles::refuse);
  check(name, SpecialFiles::allow);
  return 0;
}
