// SPDX-License-Identifier: MIT
#include "payload_check.hpp"

#include <fmt/format.h>

#include "minipkg/error.hpp"
#include "signals.hpp"

namespace minipkg::cli {
namespace {

class DropPayload : public PayloadSink {
 public:
  bool begin(std::size_t) override { return false; }
  void write(std::uint64_t, std::span<const char>) override {}
  void end() override {}
  void waiting() override {
    if (const int signal = received_signal()) {
      throw Error(ErrorKind::interrupted, fmt::format("stopped by signal {}; nothing was changed", signal));
    }
  }
};

}  // namespace

void check_payload(const Package& package) {
  DropPayload sink;
  package.read_payload(sink);
}

}  // namespace minipkg::cli
