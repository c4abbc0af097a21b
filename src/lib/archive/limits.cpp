// SPDX-License-Identifier: MIT
#include "lib/archive/limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "lib/base/fail.hpp"

namespace minipkg::archive {
namespace {

constexpr std::uint64_t free_bytes = std::uint64_t{64} * 1024 * 1024;               // no harm is done by so little
constexpr std::uint64_t most_description_bytes = std::uint64_t{512} * 1024 * 1024;  // kept in memory

class LimitedSource : public ByteSource {
 public:
  LimitedSource(std::unique_ptr<ByteSource> source, const InputFile& file, const ReadLimits& limits)
      : source_(std::move(source)), file_(file), limits_(limits) {}

  std::span<const char> next() override {
    const std::span<const char> bytes = source_->next();
    unpacked_ += bytes.size();
    if (unpacked_ > free_bytes && unpacked_ / limits_.ratio > file_.size()) {
      fail(ErrorKind::bad_package, "read", file_.name(),
           fmt::format("it unpacks to more than {} times its size", limits_.ratio), limit_hint("ratio"));
    }
    return bytes;
  }

 private:
  std::unique_ptr<ByteSource> source_;
  const InputFile& file_;
  ReadLimits limits_;
  std::uint64_t unpacked_ = 0;
};

std::uint64_t description_bytes(const TarMember& member) {
  std::uint64_t bytes = member.name.size() + member.link.size();
  for (const auto& [name, value] : member.xattrs) bytes += name.size() + value.size();
  return bytes;
}

}  // namespace

std::unique_ptr<ByteSource> limited(std::unique_ptr<ByteSource> source, const InputFile& file,
                                    const ReadLimits& limits) {
  return std::make_unique<LimitedSource>(std::move(source), file, limits);
}

std::uint64_t most_manifest_bytes(const InputFile& file, const ReadLimits& limits) {
  constexpr std::uint64_t most = std::uint64_t{512} * 1024 * 1024;
  constexpr std::uint64_t free = std::uint64_t{4} * 1024 * 1024;
  constexpr std::uint64_t part_of_ratio = 32;
  const std::uint64_t ratio = std::max<std::uint64_t>(limits.ratio / part_of_ratio, 1);
  return file.size() > most / ratio ? most : std::max(free, file.size() * ratio);
}

std::uint64_t most_piped_bytes(const ReadLimits& limits) {
  constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
  // Headers and compression that makes no smaller take as much again, or it is all headers.
  return limits.unpacked < any / 4 ? 2 * limits.unpacked + free_bytes : any;
}

std::string limit_hint(std::string_view limit) {
  return fmt::format("if you trust this archive, give --limit {}=N with a larger number", limit);
}

void Tally::add(const TarMember& member) {
  const auto refuse = [&](const std::string& why, const std::string& hint = {}) {
    fail(ErrorKind::bad_package, "read", source_.file(), fmt::format("{} {}", member.label(), why), hint);
  };
  if (member.number > limits_.entries) {
    refuse(fmt::format("is one more than an archive may have ({})", limits_.entries), limit_hint("entries"));
  }
  if (member.size > limits_.unpacked - unpacked_) {
    refuse(fmt::format("makes the archive larger than it may be ({} bytes)", limits_.unpacked), limit_hint("unpacked"));
  }
  unpacked_ += member.size;
  described_ += description_bytes(member);
  if (described_ > most_description_bytes) refuse("makes the names and attributes of the archive too many to keep");
}

}  // namespace minipkg::archive
