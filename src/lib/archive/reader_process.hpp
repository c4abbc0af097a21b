// SPDX-License-Identifier: MIT
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lib/archive/input_file.hpp"
#include "lib/archive/limits.hpp"
#include "lib/archive/member_source.hpp"
#include "lib/archive/member_wire.hpp"
#include "lib/sandbox/child.hpp"
#include "minipkg/package.hpp"

namespace minipkg::archive {

/// The members of the tar archive in `file`, read in a process that has nothing but the file and a channel to us: what
/// parses and decompresses an archive is the part of minipkg that a crafted one could take over. What comes back is
/// checked like any other input. `file` must outlive it.
/// Everything throws Error(bad_package), also where the process ends before it has said all.
class ReaderProcess final : public MemberSource {
 public:
  /// `waiting` is called now and then, several times a second while nothing comes, and throws to give up.
  ReaderProcess(const InputFile& file, const ReadLimits& limits, std::function<void()> waiting = {});

  const TarMember* next() override;
  std::optional<Chunk> read() override;

  /// What holds the process.
  const sandbox::Confinement& confinement() const { return confinement_; }

 private:
  struct Frame {
    FrameKind kind{};
    std::span<const char> bytes;
  };

  Frame receive();
  void fill(std::size_t wanted);
  void take_confinement();
  void take_member(std::span<const char>);
  Chunk take_chunk(std::span<const char>);
  [[noreturn]] void relay(const Refusal&) const;
  [[noreturn]] void refuse_nonsense() const;

  sandbox::Child child_;
  std::function<void()> waiting_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  ///< of what was received and not yet taken
  sandbox::Confinement confinement_;
  Tally tally_;
  std::uint64_t position_ = 0;  ///< behind the last chunk
  bool data_ended_ = true, ended_ = false;
};

}  // namespace minipkg::archive
