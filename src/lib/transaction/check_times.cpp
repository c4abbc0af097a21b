// SPDX-License-Identifier: MIT
#include "lib/transaction/check_times.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>

#include "lib/base/fail.hpp"

namespace minipkg::transaction {
namespace {

constexpr std::int64_t held_everywhere = std::int64_t{1} << 31U;

std::optional<std::int64_t> time_of(const Step& step) {
  return std::visit(
      [](const auto& one) -> std::optional<std::int64_t> {
        if constexpr (requires { one.attributes.mtime; }) return one.attributes.mtime;
        return {};
      },
      step);
}

bool can_hold(const os::Area& area, std::int64_t time) {
  const std::int64_t unit = area.fs() == FileSystem::fat ? 2 : 1;
  const int directory = area.staged().fd();
  const timespec both[2] = {{time, 0}, {time, 0}};
  struct stat status {};
  if (::utimensat(directory, ".", both, 0) != 0 || ::fstatat(directory, ".", &status, 0) != 0) return false;
  return std::abs(status.st_mtim.tv_sec - time) < unit;
}

}  // namespace

void check_times(const LiveTree& tree, const Plan& plan) {
  struct Extremes {
    std::int64_t first = 0, last = held_everywhere - 1;
  };
  std::vector<Extremes> seen(tree.places());
  for (std::size_t step = 0; step < plan.steps.size(); ++step) {
    const std::optional<std::int64_t> time = time_of(plan.steps[step]);
    Extremes& known = seen.at(plan.step_places[step]);
    if (!time || (*time >= known.first && *time <= known.last)) continue;
    const std::string& path = tree.journal().steps[step].path;
    if (!can_hold(tree.area(plan.step_places[step]), *time)) {
      fail(ErrorKind::refused, "install", tree.root().full_name(path),
           fmt::format("its time, {} seconds since 1970, is beyond what the file system there can hold", *time));
    }
    known.first = std::min(known.first, *time);
    known.last = std::max(known.last, *time);
  }
}

}  // namespace minipkg::transaction
