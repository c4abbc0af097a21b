// SPDX-License-Identifier: MIT
#include "lib/restart/visit_all.hpp"

#include <gmock/gmock.h>

#include <mutex>
#include <numeric>
#include <set>
#include <thread>

namespace minipkg::restart {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

/// What visitors did, shared with those that are left behind.
struct Log {
  std::mutex mutex;
  std::multiset<std::uint32_t> visited;
  std::set<std::uint32_t> hanging;  ///< whoever looks at these does not come back until it is empty
  std::size_t visitors = 0;
};

class TestVisitor : public Visitor {
 public:
  explicit TestVisitor(std::shared_ptr<Log> log) : log_(std::move(log)) {
    const std::lock_guard lock(log_->mutex);
    ++log_->visitors;
  }
  Visit visit(std::uint32_t pid) override {
    {
      const std::lock_guard lock(log_->mutex);
      log_->visited.insert(pid);
    }
    while (hangs(pid)) std::this_thread::sleep_for(1ms);
    if (pid % 5 == 0) return {Outcome::unreadable, std::nullopt};
    if (pid % 3 == 0) return {Outcome::nothing_there, std::nullopt};
    StaleProcess process;
    process.pid = pid;
    return {Outcome::looked_at, process};
  }

 private:
  bool hangs(std::uint32_t pid) {
    const std::lock_guard lock(log_->mutex);
    return log_->hanging.count(pid) != 0;
  }
  std::shared_ptr<Log> log_;
};

std::vector<std::uint32_t> pids(std::uint32_t count) {
  std::vector<std::uint32_t> all(count);
  std::iota(all.begin(), all.end(), 1);
  return all;
}

TEST(VisitAll, EachProcessOnceAndTheReportInOrder) {
  const auto log = std::make_shared<Log>();
  const Visits visits = visit_all(pids(500), [&] { return std::make_unique<TestVisitor>(log); });
  EXPECT_EQ(log->visited.size(), 500U);
  EXPECT_EQ(std::set(log->visited.begin(), log->visited.end()).size(), 500U);
  EXPECT_EQ(visits.unreadable, 100U);
  EXPECT_EQ(visits.scanned, 267U);
  ASSERT_THAT(visits.processes, SizeIs(267));
  EXPECT_TRUE(std::is_sorted(visits.processes.begin(), visits.processes.end(),
                             [](const auto& left, const auto& right) { return left.pid < right.pid; }));
}

TEST(VisitAll, NoProcessNoReport) {
  const auto log = std::make_shared<Log>();
  EXPECT_THAT(visit_all({}, [&] { return std::make_unique<TestVisitor>(log); }).processes, IsEmpty());
}

TEST(VisitAll, WhoHangsIsLeftBehindAndCounted) {
  const auto log = std::make_shared<Log>();
  log->hanging = {7, 8, 22};
  const Visits visits = visit_all(
      pids(100), [&] { return std::make_unique<TestVisitor>(log); }, 50ms);
  {
    const std::lock_guard lock(log->mutex);
    EXPECT_EQ(log->visited.size(), 100U);
    log->hanging.clear();  // what comes back now is not heard any more
  }
  EXPECT_EQ(visits.unreadable, 20U + 3U);
  EXPECT_EQ(visits.scanned, 53U - 3U);
  EXPECT_THAT(visits.processes, SizeIs(50));
  for (const StaleProcess& process : visits.processes) EXPECT_TRUE(process.pid != 7 && process.pid != 22);
}

}  // namespace
}  // namespace minipkg::restart
