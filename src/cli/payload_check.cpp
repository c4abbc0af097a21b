// SPDX-License-Identifier: MIT
#include "payload_check.hpp"

namespace minipkg::cli {
namespace {

class DropPayload : public PayloadSink {
 public:
  bool begin(std::size_t) override { return false; }
  void write(std::uint64_t, std::span<const char>) override {}
  void end() override {}
};

}  // namespace

void check_payload(const Package& package) {
  DropPayload sink;
  package.read_payload(sink);
}

}  // namespace minipkg::cli
