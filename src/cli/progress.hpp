// SPDX-License-Identifier: MIT
#pragma once
#include <chrono>
#include <string>

#include "context.hpp"
#include "minipkg/system.hpp"

namespace minipkg::cli {

/// One line on stderr that is repainted, and gone at the end: what is done now, files and bytes done of the total,
/// and the rate. It also carries the question of the signal handlers to the transaction.
class Progress : public Observer {
 public:
  explicit Progress(const Context&);
  ~Progress() override;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void erase();
  void phase(Phase, const Plan&) override;
  void item(const std::string& path) override;
  void progress(std::uint64_t files, std::uint64_t bytes) override;
  int interrupted() override;

 private:
  using Clock = std::chrono::steady_clock;
  void repaint();
  std::string figures(Clock::time_point now) const;

  bool shown_;
  bool painted_ = false;
  const char* label_ = "";
  std::string item_;
  std::uint64_t files_ = 0, files_total_ = 0;
  std::uint64_t bytes_ = 0, bytes_total_ = 0;
  Clock::time_point phase_began_, painted_at_;
};

}  // namespace minipkg::cli
