// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "minipkg/export.hpp"
#include "minipkg/restart.hpp"

/// Doing what a report advises, through the running system's systemd (systemctl(1)).
namespace minipkg {

/// Which of a report's remedies are wished. Those that are to be done by hand never are.
struct RestartWish {
  std::vector<std::string> units;  ///< only these, with or without ".service", whatever the findings rest on
  bool only_services = false;      ///< only units of the system: no manager, nothing of a user
  bool likely = false;             ///< where nothing better than Certainty::likely tells
  bool unmanaged = false;          ///< where nothing better than Basis::path tells
};

enum class Treatment : std::uint8_t {
  left,       ///< not done: Restart::why tells
  pending,    ///< to be done
  done,       ///< up again, and it runs nothing old
  failed,     ///< not up again, or not restarted
  still_old,  ///< up, but something in it still runs old files
};

struct Restart {
  Remedy remedy;
  Treatment treatment = Treatment::left;
  std::string why;               ///< left, failed or still old because; a sentence without a full stop
  std::vector<std::string> log;  ///< of a unit that failed: its last lines, any bytes
};

/// One run over a report's remedies.
class MINIPKG_API Restarts {
 public:
  /// Chooses, and asks systemd about what is chosen; changes nothing. Throws Error(refused) if a unit is wished that
  /// is not in the report or is to be done by hand; Error(permission) if this user may not do what is chosen.
  Restarts(const RestartReport&, const RestartWish&);
  Restarts(Restarts&&) noexcept;
  Restarts& operator=(Restarts&&) noexcept;
  ~Restarts();

  /// Every remedy of the report, or those of the units that are wished, in its order.
  const std::vector<Restart>& all() const;
  /// What run() executes, in order; each an argument vector that begins with an absolute path.
  std::vector<std::vector<std::string>> commands() const;
  /// Executes them and waits, as long as it takes. Throws nothing for a unit that fails.
  void run();
  /// Judges what was pending: by what systemd says now, and by a report made since.
  void check(const RestartReport& since);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace minipkg
