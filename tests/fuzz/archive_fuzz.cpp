// SPDX-License-Identifier: MIT
// A package file, bare or native, compressed or not: read, and unpacked into memory. What is let in keeps the rules,
// and comes out as it was declared. Parsed here and not in a process of its own, so that the sanitizers see it.
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optional>

#include "fuzz/policy.hpp"
#include "fuzz/tar_mutator.hpp"
#include "lib/archive/bare.hpp"
#include "lib/archive/entry.hpp"
#include "lib/archive/limits.hpp"
#include "lib/archive/member_data.hpp"
#include "lib/archive/member_wire.hpp"
#include "lib/archive/payload.hpp"
#include "lib/archive/tar_reader.hpp"
#include "lib/base/digest.hpp"
#include "lib/model/path.hpp"
#include "minipkg/package.hpp"

using namespace minipkg;
using namespace minipkg::archive;
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

/// As ReaderProcess hands members on, but from this very process.
class Reader final : public MemberSource {
 public:
  explicit Reader(const InputFile& file)
      : MemberSource(file.name()), tar_(limited(open_source(file), file, limits), file.name()), tally_(*this, limits) {}

  const TarMember* next() override {
    const TarMember* member = tar_.next();
    if (member == nullptr) return nullptr;
    const auto arrived = decode_member(encode(*member));
    require(arrived == *member, "a member comes through the pipe as it is");
    member_ = *arrived;
    tally_.add(member_);
    return &member_;
  }
  std::optional<Chunk> read() override { return tar_.read(); }

 private:
  static constexpr ReadLimits limits{std::uint64_t{16} << 20U, 1000, 1000};  // holes are hashed at a second a GiB
  TarReader tar_;
  Tally tally_;
};

/// The manifest that the archive begins with, if it does.
std::optional<Manifest> manifest_in(const InputFile& file) {
  Reader reader(file);
  const TarMember* member = reader.next();
  if (member == nullptr || path_of_member(member->name) != manifest_path) return {};
  return parse_manifest(read_text(reader, std::uint64_t{1} << 20U), "fuzz");
}

Manifest manifest_of_bare(const InputFile& file, SpecialFiles special) {
  Reader reader(file);
  Manifest manifest;
  manifest.name = manifest.version = manifest.arch = "fuzz";
  manifest.files = scan_bare(reader, special, OddNames::refuse).files;
  if (special == SpecialFiles::refuse) require_no_special(manifest);
  return manifest;
}

void check(const std::string& name, SpecialFiles special) {
  try {
    const InputFile file(name);
    const std::optional<Manifest> inside = manifest_in(file);
    const Manifest manifest = inside ? *inside : manifest_of_bare(file, special);
    fuzz::require_good_tree(manifest.files);
    Target target(manifest);
    Reader reader(file);
    read_payload(reader, inside ? Package::Form::native : Package::Form::bare, OddNames::refuse, manifest, target);
    target.require_all();
    const Manifest again = parse_manifest(canonical_json(manifest), "again");
    require(again.files == manifest.files, "the manifest of a package can be recorded");
  } catch (const Error& error) {
    fuzz::require_good_refusal(error, ErrorKind::bad_package);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  static const std::string name = fmt::format("/proc/self/fd/{}", file);
  require(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size), "memory");
  check(name, SpecialFiles::refuse);
  check(name, SpecialFiles::allow);
  return 0;
}
